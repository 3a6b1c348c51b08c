/** Finding anything by a word. */
export const searchContract = {
};

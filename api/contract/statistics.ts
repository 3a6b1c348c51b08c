/** Statistics of supply. */
export const statisticContract = {
};

/** A requisition on paper. */
export const paperContract = {
};

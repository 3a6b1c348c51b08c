/** People, departments and roles, which administrators keep. */
export const peopleContract = {
};

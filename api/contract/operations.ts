/** What is stuck, and what an administrator does about it. */
export const operationContract = {
};

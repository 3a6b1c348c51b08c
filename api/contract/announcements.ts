/** Announcements (公告), which administrators publish. */
export const announcementContract = {
};

/** What the demo company has announced; `days` ago, by the administrator. */
export const demoAnnouncements: readonly { id: string; title: string; body: string; important: boolean; days: number }[] = [
  {
    id: 'announcement-demo-stocktake',
    title: '本周五下午盘点，物资柜台 15:00 关闭',
    body: `各部门：

综合服务中心定于本周五 15:00 至 18:00 对办公物品仓库进行季度盘点，期间柜台暂停发放。
已审批通过的申请不受影响，预留的物品会继续保留；急用物品请于周五 15:00 前领取。

联系人：杨光（物资柜台）`,
    important: true,
    days: 1,
  },
  {
    id: 'announcement-demo-online',
    title: '办公物品领用改为网上申请',
    body: `自本月起，办公物品领用统一在本系统申请，不再使用纸质领用单。

流程：提交申请 → 部门领导审批 → 综合服务中心主任审批 → 凭单号到物资柜台领取。
审批期间可以在“我的申请”中查看进度、催办或撤回；领取后欢迎评价，帮助我们改进服务。`,
    important: false,
    days: 6,
  },
  {
    id: 'announcement-demo-paper',
    title: '倡议双面打印，节约用纸',
    body: `上季度全公司共领用 A4 复印纸 1,260 包，比去年同期多 8%。
请优先使用双面打印，废页可作草稿纸；内部传阅的材料尽量使用电子版。`,
    important: false,
    days: 12,
  },
];

/** A department of the demo company; the first has no parent, all others stand under it. */
export interface DemoDepartment {
  id: string;
  name: string;
  nameEn: string;
  leader: string;
}

/** A person of the demo company; only those with an `account` can sign in, under that user name. */
export interface DemoPerson {
  id: string;
  name: string;
  department: string;
  title: string;
  account?: string;
  roles?: string[];
}

/** The roles that the demo company gives to people, named as the contracts name them. */
export const demoRoles = [
  { id: 'service-centre-director', name: '综合服务中心主任', name_en: 'Service-centre director' },
  { id: 'storekeeper', name: '仓库管理员', name_en: 'Storekeeper' },
  { id: 'seal-keeper', name: '印章管理员', name_en: 'Seal keeper' },
  { id: 'front-desk', name: '访客前台', name_en: 'Front desk' },
  { id: 'security', name: '门岗保卫', name_en: 'Security' },
  { id: 'dispatcher', name: '派单员', name_en: 'Dispatcher' },
  { id: 'repairer', name: '维修人员', name_en: 'Repairer' },
  { id: 'process-administrator', name: '流程管理员', name_en: 'Process administrator' },
  { id: 'auditor', name: '审计员', name_en: 'Auditor' },
];

/** The branch and its ten departments. */
export const demoDepartments: DemoDepartment[] = [
  { id: 'dept-branch', name: '临江供电分公司', nameEn: 'Linjiang Power Supply Branch', leader: 'person-zheng-guodong' },
  { id: 'dept-office', name: '办公室', nameEn: 'General Office', leader: 'person-lin-shuyuan' },
  { id: 'dept-finance', name: '财务部', nameEn: 'Finance', leader: 'person-tang-meiling' },
  { id: 'dept-hr', name: '人力资源部', nameEn: 'Human Resources', leader: 'person-he-yanping' },
  { id: 'dept-safety', name: '安全监察部', nameEn: 'Safety Supervision', leader: 'person-luo-zhengang' },
  { id: 'dept-maintenance', name: '运维检修部', nameEn: 'Operation and Maintenance', leader: 'person-sun-haitao' },
  { id: 'dept-dispatch', name: '调度控制中心', nameEn: 'Dispatch and Control Centre', leader: 'person-jiang-wenbo' },
  { id: 'dept-marketing', name: '营销部', nameEn: 'Customer Service and Sales', leader: 'person-chen-jianhua' },
  { id: 'dept-materials', name: '物资部', nameEn: 'Materials', leader: 'person-peng-zhiyuan' },
  { id: 'dept-telecom', name: '信息通信分公司', nameEn: 'Information and Telecommunication', leader: 'person-gao-xiang' },
  { id: 'dept-service-centre', name: '综合服务中心', nameEn: 'Service Centre', leader: 'person-zhou-huimin' },
];

/** Sixty-six people. The names are made up. */
export const demoPeople: DemoPerson[] = [
  { id: 'person-zheng-guodong', name: '郑国栋', department: 'dept-branch', title: '总经理' },
  { id: 'person-ye-qingsong', name: '叶青松', department: 'dept-branch', title: '副总经理' },
  { id: 'person-fan-lihua', name: '范丽华', department: 'dept-branch', title: '工会主席' },

  { id: 'person-lin-shuyuan', name: '林书远', department: 'dept-office', title: '主任' },
  { id: 'person-xu-ruolan', name: '许若兰', department: 'dept-office', title: '文秘专责' },
  { id: 'person-dong-kaiwen', name: '董凯文', department: 'dept-office', title: '法务专责' },
  {
    id: 'person-wei-jing', name: '魏静', department: 'dept-office', title: '审计专责',
    account: 'auditor', roles: ['auditor'],
  },
  {
    id: 'person-yu-chunhui', name: '余春晖', department: 'dept-office', title: '印章与档案管理员',
    account: 'sealkeeper', roles: ['seal-keeper'],
  },

  { id: 'person-tang-meiling', name: '唐美玲', department: 'dept-finance', title: '主任' },
  { id: 'person-feng-siqi', name: '冯思琪', department: 'dept-finance', title: '会计' },
  { id: 'person-cao-yifan', name: '曹一帆', department: 'dept-finance', title: '出纳' },
  { id: 'person-ding-xuemei', name: '丁雪梅', department: 'dept-finance', title: '预算专责' },
  { id: 'person-shen-guanlin', name: '沈冠霖', department: 'dept-finance', title: '资产专责' },

  { id: 'person-he-yanping', name: '何燕萍', department: 'dept-hr', title: '主任' },
  { id: 'person-pan-junjie', name: '潘俊杰', department: 'dept-hr', title: '薪酬专责' },
  { id: 'person-su-wanqing', name: '苏婉晴', department: 'dept-hr', title: '培训专责' },
  { id: 'person-lu-tianyu', name: '卢天宇', department: 'dept-hr', title: '劳动组织专责' },

  { id: 'person-luo-zhengang', name: '罗振刚', department: 'dept-safety', title: '主任' },
  { id: 'person-qin-yuhang', name: '秦宇航', department: 'dept-safety', title: '安全监察专责' },
  {
    id: 'person-xia-bing', name: '夏冰', department: 'dept-safety', title: '门岗保卫',
    account: 'security', roles: ['security'],
  },
  { id: 'person-jia-minghui', name: '贾明辉', department: 'dept-safety', title: '质量监督专责' },

  { id: 'person-sun-haitao', name: '孙海涛', department: 'dept-maintenance', title: '主任', account: 'leader2' },
  { id: 'person-zhao-lei', name: '赵磊', department: 'dept-maintenance', title: '输电专责', account: 'requester2' },
  { id: 'person-ma-tengfei', name: '马腾飞', department: 'dept-maintenance', title: '变电检修班班长' },
  { id: 'person-hu-xiaodong', name: '胡晓东', department: 'dept-maintenance', title: '变电检修工' },
  { id: 'person-guo-yong', name: '郭勇', department: 'dept-maintenance', title: '输电线路工' },
  { id: 'person-liang-jiahao', name: '梁家豪', department: 'dept-maintenance', title: '电气试验工' },
  { id: 'person-song-zhipeng', name: '宋志鹏', department: 'dept-maintenance', title: '继电保护专责' },
  { id: 'person-han-bo', name: '韩波', department: 'dept-maintenance', title: '配电运维班班长' },
  { id: 'person-shi-lei', name: '石蕾', department: 'dept-maintenance', title: '资料员' },

  { id: 'person-jiang-wenbo', name: '蒋文博', department: 'dept-dispatch', title: '主任' },
  { id: 'person-du-yue', name: '杜玥', department: 'dept-dispatch', title: '调度员' },
  { id: 'person-fu-chengyu', name: '傅承宇', department: 'dept-dispatch', title: '值班调度长' },
  { id: 'person-zou-xinyi', name: '邹欣怡', department: 'dept-dispatch', title: '方式计划专责' },
  { id: 'person-xiong-wei', name: '熊伟', department: 'dept-dispatch', title: '自动化专责' },

  { id: 'person-chen-jianhua', name: '陈建华', department: 'dept-marketing', title: '主任', account: 'leader' },
  { id: 'person-wang-wei', name: '王薇', department: 'dept-marketing', title: '综合专责', account: 'requester' },
  { id: 'person-li-na', name: '李娜', department: 'dept-marketing', title: '电费核算员' },
  { id: 'person-zhang-qiang', name: '张强', department: 'dept-marketing', title: '用电检查员' },
  { id: 'person-liu-yang', name: '刘洋', department: 'dept-marketing', title: '业扩报装专责' },
  { id: 'person-huang-shiyu', name: '黄诗雨', department: 'dept-marketing', title: '营业厅班长' },
  { id: 'person-wu-di', name: '吴迪', department: 'dept-marketing', title: '计量专责' },
  { id: 'person-xie-dandan', name: '谢丹丹', department: 'dept-marketing', title: '客户经理' },

  { id: 'person-peng-zhiyuan', name: '彭致远', department: 'dept-materials', title: '主任' },
  { id: 'person-zeng-fanrong', name: '曾凡荣', department: 'dept-materials', title: '采购专责' },
  { id: 'person-xiao-yao', name: '肖瑶', department: 'dept-materials', title: '合同专责' },
  { id: 'person-tian-hongwei', name: '田宏伟', department: 'dept-materials', title: '仓储专责' },

  { id: 'person-gao-xiang', name: '高翔', department: 'dept-telecom', title: '经理' },
  {
    id: 'person-deng-zihan', name: '邓子涵', department: 'dept-telecom', title: '系统管理专责',
    account: 'admin', roles: ['process-administrator'],
  },
  { id: 'person-cheng-xuan', name: '程轩', department: 'dept-telecom', title: '网络安全专责' },
  { id: 'person-yuan-meng', name: '袁梦', department: 'dept-telecom', title: '通信运维员' },
  { id: 'person-lu-yichen', name: '陆奕辰', department: 'dept-telecom', title: '终端运维员' },

  {
    id: 'person-zhou-huimin', name: '周慧敏', department: 'dept-service-centre', title: '主任',
    account: 'director', roles: ['service-centre-director'],
  },
  {
    id: 'person-yang-guang', name: '杨光', department: 'dept-service-centre', title: '库管员',
    account: 'storekeeper', roles: ['storekeeper'],
  },
  { id: 'person-zhu-jinhua', name: '朱金花', department: 'dept-service-centre', title: '食堂管理员' },
  { id: 'person-cai-weiming', name: '蔡伟明', department: 'dept-service-centre', title: '车辆管理员' },
  { id: 'person-ren-xiaoyan', name: '任晓燕', department: 'dept-service-centre', title: '会务专责' },
  {
    id: 'person-yao-dawei', name: '姚大为', department: 'dept-service-centre', title: '物业专责',
    account: 'service', roles: ['dispatcher'],
  },
  {
    id: 'person-lei-ting', name: '雷婷', department: 'dept-service-centre', title: '前台接待',
    account: 'frontdesk', roles: ['front-desk'],
  },
  { id: 'person-qian-mu', name: '钱牧', department: 'dept-service-centre', title: '房产专责' },
  {
    id: 'person-jin-zhiqiang', name: '金志强', department: 'dept-service-centre', title: '水电工',
    account: 'repairer', roles: ['repairer'],
  },
  {
    id: 'person-fang-jianguo', name: '方建国', department: 'dept-service-centre', title: '空调电气工',
    account: 'repairer2', roles: ['repairer'],
  },
  { id: 'person-kang-wei', name: '康伟', department: 'dept-service-centre', title: '木工', roles: ['repairer'] },
  { id: 'person-wang-yang', name: '汪洋', department: 'dept-service-centre', title: '弱电工', roles: ['repairer'] },
  { id: 'person-kong-qingxiang', name: '孔庆祥', department: 'dept-service-centre', title: '综合维修工', roles: ['repairer'] },
  { id: 'person-bai-yunfei', name: '白云飞', department: 'dept-service-centre', title: '夜班电工', roles: ['repairer'] },
];

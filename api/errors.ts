import type { Text } from '../workflows/lib/contract.ts';
import type { Locale } from './actor.ts';

interface Definition {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503 | 507;
  readonly title: Text;
  /** What happened and what to do about it; `{name}` stands for a parameter. */
  readonly detail: Text;
}

/** Every problem that the API answers: one entry, one status, two languages. Add yours here, grouped by area. */
export const problems = {
  // What every request can meet
  'invalid-input': {
    status: 400,
    title: { zh: '填写有误', en: 'Invalid input' },
    detail: { zh: '请按 errors 中逐项的提示修改后重试。', en: 'Correct each field listed in errors, then try again.' },
  },
  'invalid-json': {
    status: 400,
    title: { zh: '请求内容不是有效的 JSON', en: 'Not valid JSON' },
    detail: { zh: '请求体须为 UTF-8 编码的 JSON。', en: 'Send the body as JSON in UTF-8.' },
  },
  'invalid-address': {
    status: 400,
    title: { zh: '地址有误', en: 'Malformed address' },
    detail: {
      zh: '地址中的百分号编码须为有效的 UTF-8。',
      en: 'The percent-encoding in the address must be valid UTF-8.',
    },
  },
  'not-logged-in': {
    status: 401,
    title: { zh: '请先登录', en: 'Please log in' },
    detail: { zh: '未登录或登录已过期，请重新登录。', en: 'You are not logged in or the session has ended: log in again.' },
  },
  forbidden: {
    status: 403,
    title: { zh: '没有权限', en: 'Not allowed' },
    detail: { zh: '您没有执行此操作的权限；如有需要请联系管理员。', en: 'You may not do this; ask an administrator if you need to.' },
  },
  'origin-needed': {
    status: 403,
    title: { zh: '请求来源无效', en: 'Origin refused' },
    detail: {
      zh: '写操作必须带请求头 Origin，其值须为本系统的地址（{allowed}）。',
      en: 'A write needs the header Origin with the address of this system ({allowed}).',
    },
  },
  'not-found': {
    status: 404,
    title: { zh: '未找到', en: 'Not found' },
    detail: { zh: '该内容不存在，或您无权查看。', en: 'It does not exist, or you may not see it.' },
  },
  'no-such-endpoint': {
    status: 404,
    title: { zh: '没有此接口', en: 'No such endpoint' },
    detail: { zh: '接口一览见 /api/openapi.json。', en: 'All endpoints are listed in /api/openapi.json.' },
  },
  'method-not-allowed': {
    status: 405,
    title: { zh: '不支持此方法', en: 'Method not allowed' },
    detail: { zh: '此地址支持：{allowed}。', en: 'This address allows: {allowed}.' },
  },
  'too-large': {
    status: 413,
    title: { zh: '请求内容过大', en: 'Too large' },
    detail: { zh: '请求体最大 {limit}。', en: 'The body may have at most {limit}.' },
  },
  'content-type-not-supported': {
    status: 415,
    title: { zh: '内容类型不支持', en: 'Content type not supported' },
    detail: {
      zh: '请以 Content-Type: {expected}（不压缩）发送。',
      en: 'Send it uncompressed with Content-Type: {expected}.',
    },
  },
  busy: {
    status: 429,
    title: { zh: '系统繁忙', en: 'Busy' },
    detail: { zh: '正在处理的较多，请几秒钟后重试。', en: 'Much of this kind is being done at the moment: try again in some seconds.' },
  },
  'idempotency-key-reused': {
    status: 422,
    title: { zh: '幂等键已用于其他请求', en: 'Idempotency key already used' },
    detail: {
      zh: '此 Idempotency-Key 已用于内容不同的请求，请换用新的键。',
      en: 'This Idempotency-Key was used for a request with other content: use a new key.',
    },
  },
  'internal-error': {
    status: 500,
    title: { zh: '系统出错', en: 'Internal error' },
    detail: {
      zh: '请稍后重试；如仍出错，请将编号 {id} 告知管理员。',
      en: 'Try again later; if it persists, give an administrator the id {id}.',
    },
  },
  'database-away': {
    status: 503,
    title: { zh: '数据库暂不可用', en: 'Database away' },
    detail: {
      zh: '数据库暂时无法连接，请稍后重试；编号 {id}。',
      en: 'The database cannot be reached just now: try again shortly. Id {id}.',
    },
  },

  // Sessions
  'login-failed': {
    status: 401,
    title: { zh: '登录失败', en: 'Login failed' },
    detail: { zh: '用户名或密码不正确。', en: 'The user name or the password is wrong.' },
  },
  'too-many-logins': {
    status: 429,
    title: { zh: '尝试次数过多', en: 'Too many attempts' },
    detail: { zh: '登录失败次数过多，请在 {minutes} 分钟后再试。', en: 'Too many failed logins: try again in {minutes} minutes.' },
  },

  'entry-refused': {
    status: 401,
    title: { zh: '未能进入', en: 'Not let in' },
    detail: {
      zh: '进入凭证无效、已过期或已用过。请回到原应用重新打开；仍不能进入时，请管理员核对您在本系统的用户名，或用密码登录。',
      en: 'The ticket is not valid, too old, or was used before. Go back to the app and open it again; if that does not help, ask an administrator about your user name here, or log in with your password.',
    },
  },
  'too-many-asks': {
    status: 429,
    title: { zh: '访问过于频繁', en: 'Too many looks' },
    detail: { zh: '打开短信链接过于频繁，请在 {at} 之后再试；也可以登录系统办理。', en: 'Links of SMS were opened too often: try again after {at}, or log in.' },
  },
  'too-many-codes': {
    status: 429,
    title: { zh: '验证码发送过于频繁', en: 'Too many codes' },
    detail: { zh: '验证码发送过于频繁，请在 {at} 之后再试。', en: 'Too many codes were asked for: try again after {at}.' },
  },
  'sms-not-set-up': {
    status: 503,
    title: { zh: '短信未开通', en: 'No SMS here' },
    detail: { zh: '本系统尚未开通短信，请联系被访人或前台。', en: 'No SMS can be sent here yet: ask your host or the reception.' },
  },

  'one-time-password-expired': {
    status: 403,
    title: { zh: '一次性密码已过期', en: 'One-time password expired' },
    detail: { zh: '一次性密码已过期，请联系管理员重新生成。', en: 'The one-time password has expired: ask an administrator for a new one.' },
  },
  'password-change-needed': {
    status: 403,
    title: { zh: '请先修改密码', en: 'Change the password first' },
    detail: {
      zh: '您正在使用一次性密码，请先设置自己的密码，再使用其他功能。',
      en: 'Your password is a one-time one: choose one of your own before anything else.',
    },
  },
  'password-wrong': {
    status: 422,
    title: { zh: '当前密码不正确', en: 'Wrong password' },
    detail: { zh: '当前密码不正确，请重新输入。', en: 'The current password is wrong: type it again.' },
  },

  // People
  'username-taken': {
    status: 409,
    title: { zh: '用户名已被使用', en: 'User name taken' },
    detail: { zh: '已有人使用此用户名（可能已停用），请换一个。', en: 'Somebody has this user name, perhaps deactivated: choose another.' },
  },
  'last-administrator': {
    status: 409,
    title: { zh: '须保留一名管理员', en: 'Last administrator' },
    detail: {
      zh: '这是最后一名可登录的流程管理员。请先将该角色授予另一位已设密码的在职人员。',
      en: 'This is the last process administrator who can log in. Give the role to another active person with a password first.',
    },
  },
  'password-own': {
    status: 409,
    title: { zh: '请在“我的”中修改', en: 'Change your own password yourself' },
    detail: { zh: '自己的密码请在“我的”页面修改。', en: 'Change your own password on the page “Me”.' },
  },
  'person-inactive': {
    status: 409,
    title: { zh: '人员已停用', en: 'Person deactivated' },
    detail: { zh: '{name}已停用，请先恢复。', en: '{name} is deactivated: reactivate first.' },
  },
  'department-cycle': {
    status: 409,
    title: { zh: '部门成环', en: 'Departments in a circle' },
    detail: { zh: '上级部门不能是本部门或其下级部门，请另选。', en: 'A department cannot stand below itself or one of its own: choose another.' },
  },
  'announcement-not-published': {
    status: 409,
    title: { zh: '公告未发布', en: 'Not published' },
    detail: { zh: '此公告尚未发布，无需撤下。', en: 'This announcement is not published: there is nothing to withdraw.' },
  },

  // Places
  'place-name-taken': {
    status: 409,
    title: { zh: '名称已被使用', en: 'Name taken' },
    detail: { zh: '那里已有同名的在用场所，请换一个名称，或先停用另一个。', en: 'Another place there has this name: choose another, or take that one out of use first.' },
  },

  // Office items
  'item-code-taken': {
    status: 409,
    title: { zh: '编码已被使用', en: 'Code taken' },
    detail: { zh: '已有物品使用此编码，请换一个。', en: 'Another item has this code: choose another.' },
  },
  'stock-take-below-reserved': {
    status: 409,
    title: { zh: '盘点数少于已预留数', en: 'Fewer than reserved' },
    detail: {
      zh: '已预留 {reserved}：{numbers}。请先在柜台发放，或选择“无法发放”，再按此数盘点。',
      en: '{reserved} are reserved for {numbers}. Issue them at the counter, or choose “Cannot issue”, before counting so few.',
    },
  },
  'stock-too-much': {
    status: 409,
    title: { zh: '库存过多', en: 'Too much stock' },
    detail: { zh: '一种物品最多可存 {most} 件。', en: 'An item can have at most {most} pieces on hand.' },
  },

  // Administration
  'step-unknown': {
    status: 404,
    title: { zh: '没有此步骤', en: 'No such step' },
    detail: { zh: '流程类型“{type}”中没有步骤“{step}”。', en: 'There is no step “{step}” in a process type “{type}”.' },
  },

  'version-moved': {
    status: 409,
    title: { zh: '已有更新的版本', en: 'There is a newer version' },
    detail: {
      zh: '{name}已于 {at} 发布了第 {version} 版。请查看新版本后再修改。',
      en: '{name} published version {version} at {at}. Look at it, then change it again.',
    },
  },

  // Photos
  'upload-malformed': {
    status: 400,
    title: { zh: '上传内容有误', en: 'Malformed upload' },
    detail: {
      zh: '请以 multipart/form-data 上传一个文件，字段名为 file，不带其他字段；若上传中断，请重试。',
      en: 'Send one file as multipart/form-data in the field “file”, and nothing else; if it broke off, send it again.',
    },
  },
  'photo-too-large': {
    status: 413,
    title: { zh: '照片过大', en: 'Photo too large' },
    detail: {
      zh: '一张照片最大 {most} MB；请降低拍摄分辨率，或截图后上传。',
      en: 'A photo may have at most {most} MB: take it at a lower resolution, or upload a screenshot of it.',
    },
  },
  'photo-not-supported': {
    status: 415,
    title: { zh: '照片格式不支持', en: 'No photo that can be used' },
    detail: { zh: '只接受 JPEG、PNG 和 WebP 照片，此文件是{found}。{remedy}', en: 'JPEG, PNG and WebP photos are taken; this is {found}. {remedy}' },
  },
  'photo-unreadable': {
    status: 422,
    title: { zh: '照片已损坏', en: 'Damaged photo' },
    detail: { zh: '照片打不开，可能已损坏；请重拍或另选一张。', en: 'The photo cannot be opened, it may be damaged: take it again, or choose another one.' },
  },
  'photo-too-many-pixels': {
    status: 422,
    title: { zh: '照片像素过多', en: 'Too many pixels' },
    detail: {
      zh: '照片为 {width} × {height} 像素，最多 {most} 百万像素；请降低拍摄分辨率，或截图后上传。',
      en: 'The photo has {width} × {height} pixels, {most} million is the most: take it at a lower resolution, or upload a screenshot of it.',
    },
  },
  'too-many-unattached': {
    status: 429,
    title: { zh: '未提交的照片过多', en: 'Too many photos not sent' },
    detail: {
      zh: '您已有 {most} 张照片尚未随表单提交；请先提交，或等一天后自动清除。',
      en: 'You have {most} photos that stand in no form that was sent: send it first, or wait a day until they are deleted.',
    },
  },
  'disk-full': {
    status: 507,
    title: { zh: '存储空间不足', en: 'Disk full' },
    detail: { zh: '服务器磁盘已满，照片未能保存；请联系管理员。', en: 'The server’s disk is full, so the photo was not kept: tell an administrator.' },
  },

  // Personal data
  'personal-deleted': {
    status: 409,
    title: { zh: '个人信息已删除', en: 'Personal data deleted' },
    detail: { zh: '这些个人信息已到保存期限或应本人要求删除，只留下脱敏内容。', en: 'The time for keeping it is over, or its owner wished so: only the masked text is left.' },
  },
  'revealed-too-often': {
    status: 429,
    title: { zh: '查看次数已达上限', en: 'Too many reveals' },
    detail: { zh: '每人每天最多查看 {most} 次个人信息，请明天再试；确需更多时请联系管理员。', en: 'At most {most} times a day: try again tomorrow, or ask an administrator.' },
  },

  // Visits
  'visitor-blocked': {
    status: 409,
    title: { zh: '访客不可登记', en: 'Visitor cannot be registered' },
    detail: { zh: '此访客在限制名单中，请联系门岗保卫。', en: 'This visitor is on the block list: ask Security.' },
  },
  'visit-state': {
    status: 409,
    title: { zh: '来访状态已变', en: 'The visit has moved on' },
    detail: { zh: '这次来访现在是“{state}”，请刷新后再操作。', en: 'This visit is {state} now: look again.' },
  },
  'visit-asked-too-often': {
    status: 429,
    title: { zh: '申请次数过多', en: 'Too many requests' },
    detail: { zh: '同一手机一天最多申请 {most} 次，请明天再试，或到前台。', en: 'At most {most} requests a day from one phone: try again tomorrow, or go to the front desk.' },
  },
  'visit-arranging': {
    status: 409,
    title: { zh: '正在安排', en: 'Being arranged' },
    detail: { zh: '正在安排，请几秒钟后再试；若仍不行，请到前台。', en: 'It is being arranged: try again in some seconds, or go to the front desk.' },
  },
  'visit-no-code': {
    status: 409,
    title: { zh: '没有可重发的到访码', en: 'No code to send' },
    detail: { zh: '没有仍有效且以短信发出的到访码。', en: 'There is no code that is valid and was sent by SMS.' },
  },
  'visit-verify-exhausted': {
    status: 429,
    title: { zh: '核对次数已用完', en: 'No tries left' },
    detail: { zh: '每次来访最多核对 {most} 次；请查看证件原件，或联系被访人。', en: 'At most {most} times for a visit: look at the card itself, or ask the host.' },
  },
  'no-phone': {
    status: 409,
    title: { zh: '没有联系电话', en: 'No phone' },
    detail: { zh: '报修单和通讯录中都没有电话，请在进展中留言。', en: 'Neither the order nor the directory has a phone: leave a comment on the case.' },
  },
  'repair-plan-moved': {
    status: 409,
    title: { zh: '该日的保养已开单', en: 'Opened already' },
    detail: { zh: '该日的保养单已开，或计划已改期；下次为 {nextOn}，请刷新后再操作。', en: 'The order for that day is there, or the plan was moved; the next one is {nextOn}: look again.' },
  },
  'repair-plan-not-in-use': {
    status: 409,
    title: { zh: '计划未启用', en: 'Not in use' },
    detail: { zh: '计划已暂停，或其地点已停用；请先恢复计划或更换地点。', en: 'The plan is paused, or its place is out of use: resume it, or choose another place.' },
  },
  'not-rateable': {
    status: 409,
    title: { zh: '暂不能补充评价', en: 'Cannot be rated now' },
    detail: { zh: '修复并结束之后才能补充评价；进行中的请在待办中评价。', en: 'It can be rated once more after it was repaired and closed; until then rate it in your inbox.' },
  },
  'visit-not-inside': {
    status: 409,
    title: { zh: '尚未签到或已签离', en: 'Not inside' },
    detail: { zh: '这次来访没有在访记录，无需签离。', en: 'Nobody of this visit is inside: there is nothing to check out.' },
  },
  'entry-proof-over': {
    status: 422,
    title: { zh: '身份凭据已失效', en: 'Proof no longer good' },
    detail: {
      zh: '从应用带来的身份凭据 30 分钟内有效，且只能用一次。请回到应用重新进入，或用短信验证码证明手机号。',
      en: 'What your app said of you is good for 30 minutes and one request: enter from the app again, or prove your phone by a code.',
    },
  },
  'phone-code-wrong': {
    status: 422,
    title: { zh: '验证码不正确', en: 'Wrong code' },
    detail: { zh: '验证码不正确或已过期，请重新获取。', en: 'The code is wrong or has expired: ask for another one.' },
  },
  'visit-code-wrong': {
    status: 422,
    title: { zh: '无法签到', en: 'Not let in' },
    detail: {
      zh: '号码不正确，或不在有效时段。请核对短信；仍有疑问请到前台。',
      en: 'The code is wrong, or not valid at this time. Look at the message again, or ask at the front desk.',
    },
  },
  'kiosk-not-enrolled': {
    status: 401,
    title: { zh: '本机尚未启用', en: 'Not a kiosk' },
    detail: { zh: '请前台在“访客管理 - 自助机”登记本机，再输入启用码。', en: 'Ask the front desk to register this kiosk, then type its enrolment code.' },
  },
  'kiosk-too-many-tries': {
    status: 429,
    title: { zh: '尝试次数过多', en: 'Too many tries' },
    detail: { zh: '请一分钟后再试，或到前台。', en: 'Try again in a minute, or go to the front desk.' },
  },
  'kiosk-too-many-walk-ins': {
    status: 429,
    title: { zh: '本机登记过多', en: 'Too many requests here' },
    detail: {
      zh: '本机一小时最多登记 {most} 次来访，请到前台办理。', en: 'This kiosk takes {most} requests an hour at most: please go to the front desk.',
    },
  },
  'enrolment-code-wrong': {
    status: 422,
    title: { zh: '启用码无效', en: 'Enrolment code not valid' },
    detail: { zh: '启用码不正确或已过期，请重新登记自助机。', en: 'The code is wrong or has expired: register the kiosk again.' },
  },
  'started-elsewhere': {
    status: 422,
    title: { zh: '不在此处发起', en: 'Started elsewhere' },
    detail: { zh: '“{type}”请在页面 {page} 发起。', en: '“{type}” is started on the page {page}.' },
  },

  // Processes and tasks
  'task-already-decided': {
    status: 409,
    title: { zh: '任务已办理', en: 'Already decided' },
    detail: { zh: '{by}已于 {at} 办理此任务：{outcome}。', en: '{by} decided this task at {at}: {outcome}.' },
  },
  'task-closed': {
    status: 409,
    title: { zh: '任务已关闭', en: 'Task closed' },
    detail: { zh: '流程 {number} 已结束，此任务无需办理。', en: 'Process {number} has ended: nothing is left to decide.' },
  },
  'task-of-another': {
    status: 403,
    title: { zh: '任务由他人办理', en: 'Somebody else’s task' },
    detail: { zh: '此任务由{name}办理；如需代办，请其转办。', en: 'This task is {name}’s: ask for a transfer.' },
  },
  'not-a-candidate': {
    status: 403,
    title: { zh: '不是办理人', en: 'Not a candidate' },
    detail: { zh: '您不在此任务的候选办理人之中。', en: 'You are not among the candidates of this task.' },
  },
  'separation-of-duties': {
    status: 403,
    title: { zh: '须由另一人办理', en: 'Another person must decide' },
    detail: {
      zh: '申请人本人和前面步骤的审批人不能办理此任务。',
      en: 'Neither the requester nor whoever approved an earlier step may decide this task.',
    },
  },
  'claimed-already': {
    status: 409,
    title: { zh: '任务已被认领', en: 'Already claimed' },
    detail: { zh: '{name}已认领此任务。', en: 'This task is claimed by {name}.' },
  },
  'not-claimed': {
    status: 409,
    title: { zh: '尚未认领', en: 'Not claimed' },
    detail: { zh: '您没有认领此任务，无需释放。', en: 'You have not claimed this task: there is nothing to release.' },
  },
  'transfer-to-self': {
    status: 422,
    title: { zh: '不能转办给自己', en: 'Cannot transfer to oneself' },
    detail: { zh: '请选择另一位同事。', en: 'Choose another colleague.' },
  },
  'not-transferable': {
    status: 403,
    title: { zh: '此任务不能转办', en: 'Cannot be transferred' },
    detail: { zh: '此任务只能由本人办理，不能转办；办不了时请选择谢绝、退回等其他结果。', en: 'This task is for one person alone and cannot be transferred: choose another outcome, such as declining or handing back.' },
  },
  'nobody-to-urge': {
    status: 409,
    title: { zh: '无人可催办', en: 'Nobody to urge' },
    detail: { zh: '此流程目前由您本人办理，或下一步正在安排。', en: 'The process waits for yourself, or its next step is being arranged.' },
  },
  'requester-only': {
    status: 403,
    title: { zh: '仅限申请人', en: 'Requester only' },
    detail: { zh: '只有申请人本人可以执行此操作。', en: 'Only the requester may do this.' },
  },
  'process-ended': {
    status: 409,
    title: { zh: '流程已结束', en: 'Process ended' },
    detail: { zh: '流程已结束：{outcome}。', en: 'The process has ended: {outcome}.' },
  },
  'not-withdrawable': {
    status: 409,
    title: { zh: '已不能撤回', en: 'Cannot be withdrawn any more' },
    detail: { zh: '已开始发放，不能撤回；剩余部分请由仓库管理员关闭。', en: 'Something was handed over already: ask the storekeeper to close the rest.' },
  },
  'urged-already': {
    status: 429,
    title: { zh: '催办过于频繁', en: 'Urged already' },
    detail: { zh: '每 {hours} 小时可催办一次，{at} 之后可再次催办。', en: 'Once per {hours} hours: you can urge again after {at}.' },
  },
  'history-not-there': {
    status: 404,
    title: { zh: '尚无流程历史', en: 'No history' },
    detail: { zh: '引擎中没有此流程的历史：可能尚未启动，或已过保留期。', en: 'The engine has no history of this process: not started yet, or past its retention.' },
  },
  'replay-running': {
    status: 409,
    title: { zh: '正在重放', en: 'Being replayed' },
    detail: { zh: '此流程正在重放，请等几秒钟看结果。', en: 'This case is being replayed at the moment: wait some seconds, then try again.' },
  },
  'replay-too-often': {
    status: 429,
    title: { zh: '重放过于频繁', en: 'Too many replays' },
    detail: { zh: '每分钟最多重放 {most} 次，请稍后再试。', en: 'At most {most} replays a minute: wait a little, then try again.' },
  },
  'replay-failed': {
    status: 503,
    title: { zh: '重放未能完成', en: 'The replay failed' },
    detail: {
      zh: '工作进程未能完成重放，原因见其日志；流程本身不受影响。',
      en: 'The worker could not finish the replay; its log says why. The case itself is not touched.',
    },
  },
  'replay-no-answer': {
    status: 503,
    title: { zh: '重放没有结果', en: 'No answer to the replay' },
    detail: {
      zh: '流程引擎的工作进程没有在 30 秒内答复，可能正在重启；请稍后再试。流程本身不受影响。',
      en: 'The worker is away: it did not answer within 30 seconds. Try again later; the case itself is not touched.',
    },
  },
  'replay-history-gone': {
    status: 404,
    title: { zh: '没有流程历史', en: 'No history' },
    detail: {
      zh: '流程引擎中没有此流程的历史：尚未启动，或已过保留期，因此无法重放。审计记录仍然完整。',
      en: 'The engine has no history of this case: not started yet, or past its retention, so it cannot be replayed. The audit trail is whole.',
    },
  },
} as const satisfies Record<string, Definition>;

export type ProblemCode = keyof typeof problems;

/**
 * Texts for single fields, by the key that a schema gives as its message (`error: 'duration.invalid'`). The field's name
 * is put before them; `{name}` stands for a member of the issue's `params`.
 */
export const fieldTexts: Readonly<Record<string, Text>> = {
  'text.one-line': { zh: '须为一行文字，不含换行或制表符。', en: 'must be one line, without tabs.' },
  'person-id.invalid': { zh: '不是人员编号。', en: 'is not a person’s id.' },
  'person.unknown': { zh: '没有此人员，或已停用。', en: 'is no active person.' },
  'department-id.invalid': { zh: '不是部门编号。', en: 'is not a department’s id.' },
  'department.unknown': { zh: '没有此部门。', en: 'is no department.' },
  'place-id.invalid': { zh: '不是场所编号。', en: 'is not a place’s id.' },
  'place.code': { zh: '须为 6 个字母或数字，不含 0、O、1、I。', en: 'must be 6 letters or digits, without 0, O, 1 and I.' },
  'place.unknown': { zh: '没有此场所。', en: 'is no place.' },
  'place.wrong-parent': {
    zh: '不能设在那里：楼栋在最上，楼层在楼栋内，房间在楼层或楼栋内，设备在三者之一内。',
    en: 'cannot stand there: a building stands alone, a floor in a building, a room on a floor or in a building, a device in any of them.',
  },
  'role-id.invalid': { zh: '不是角色编号。', en: 'is not a role’s id.' },
  'role.unknown': { zh: '没有此角色。', en: 'is no role.' },
  'announcement-id.invalid': { zh: '不是公告编号。', en: 'is not an announcement’s id.' },
  'announcement.until': { zh: '须晚于开始时间，且在将来。', en: 'must be after the beginning, and in the future.' },
  'instant.out-of-range': { zh: '年份须在 2000 至 2199 之间。', en: 'must be in the years 2000 to 2199.' },
  'username.invalid': {
    zh: '须为 2 至 40 个小写字母、数字或 . _ -，以字母或数字开头。',
    en: 'must have 2 to 40 lower-case letters, digits or . _ - and begin with a letter or digit.',
  },
  'phone.mobile': {
    zh: '请填写中国大陆的手机号码，例如 13812345678。', en: 'must be a mobile number of mainland China, such as 13812345678.',
  },
  'phone.invalid': { zh: '请填写电话号码，例如 13812345678。', en: 'must be a phone number such as 13812345678.' },
  'password.short': { zh: '至少 10 个字符。', en: 'must have at least 10 characters.' },
  'password.name': { zh: '不能包含用户名或手机号。', en: 'must not contain the user name or the phone number.' },
  'password.weak': { zh: '太容易猜到，请换一个。', en: 'is too easy to guess: choose another.' },
  'password.same': { zh: '须与当前密码不同。', en: 'must differ from the current password.' },
  'item-id.invalid': { zh: '不是物品编号。', en: 'is not an item’s id.' },
  'file-id.invalid': { zh: '不是文件编号。', en: 'is not a file’s id.' },
  'file.repeated': { zh: '同一张照片已添加过，请移除。', en: 'is there already: remove it.' },
  'file.unusable': {
    zh: '照片不存在、已过期或已用于其他申请；请移除后重新上传。',
    en: 'is no photo that can be used here: it is gone, or stands elsewhere. Remove it and upload it again.',
  },
  'lines.repeated': { zh: '同一物品只能出现一行，请合并数量。', en: 'stands on another line too: merge the quantities.' },
  'personal.name': { zh: '请填写姓名。', en: 'must be a name.' },
  'personal.phone': { zh: '请填写手机号，例如 13812345678。', en: 'must be a mobile number such as 13812345678.' },
  'personal.id-number': { zh: '证件号码不正确，请核对。', en: 'is no valid ID number: look at it again.' },
  'personal.plate': { zh: '请填写车牌号，例如 京A12345。', en: 'must be a number plate such as 京A12345.' },
  'personal.again': { zh: '无法与之前的内容对应，请重新填写。', en: 'cannot be told from another row of before: type it again.' },
  'repair.ahead': { zh: '须是将来的时间，且在 60 天之内。', en: 'must be still to come, within 60 days.' },
  'repair.until': { zh: '须晚于开始时间。', en: 'must be after the start.' },
  'repair-plan.every': { zh: '请填写每几个月或每几天，二者只填其一。', en: 'give either months or days, one of them.' },
  'repair-plan.opened': { zh: '该日的保养单已开，请另选日期。', en: 'is a day whose order is there already: choose another one.' },
  'repair-plan.past': { zh: '须为今天或以后的日期。', en: 'must be today or later.' },
  'repair.building': { zh: '没有这座楼，请重新选择。', en: 'is no building in use: choose another one.' },
  'repair.contact': { zh: '请填写 7 至 20 位的电话号码。', en: 'must be a phone number of 7 to 20 digits.' },
  'visit.code-or-proof': { zh: '请填写短信验证码（code），或从应用进入所得的凭据（proof），二者只填其一。', en: 'give either the code of the message or the proof from your app, one of them.' },
  'visit.who': { zh: '请填写。', en: 'is needed.' },
  'visit.who-proven': { zh: '从应用进入时以应用提供的为准，请不要填写。', en: 'is known from your app: leave it out.' },
  'visit.code': { zh: '请填写短信中的六位数字。', en: 'must be the six digits of the message.' },
  'visit.phone-tail': { zh: '请填写手机号后四位。', en: 'must be the last four digits of the phone.' },
  'visit.consent': { zh: '请勾选同意，或不填证件号码。', en: 'needs your consent: tick it, or leave the ID number out.' },
  'visit.until-before-from': { zh: '须晚于开始。', en: 'must be after the beginning.' },
  'visit.over': { zh: '须晚于现在。', en: 'must be in the future.' },
  'visit.too-long': { zh: '一次来访最长 24 小时；多日请用报备单。', en: 'can be 24 hours at most: for several days register the visitors.' },
  'visit.too-far': { zh: '最多提前 60 天。', en: 'can be 60 days ahead at most.' },
  'visit.too-many-days': { zh: '一次最多报备 14 天。', en: 'at most 14 days at once.' },
  'visit.too-many-days-read': { zh: '一次最多查看 366 天。', en: 'at most 366 days at once.' },
  'time-of-day': { zh: '请填写 08:30 这样的时间。', en: 'must be a time such as 08:30.' },
  'visit.host-how': { zh: '请填写被访人的部门或电话。', en: 'is needed, or the host’s phone.' },
  'date.too-early': { zh: '须为 1900 年以后的日期。', en: 'must be a day after the year 1900.' },
  cursor: { zh: '游标无效，请从第一页重新开始。', en: 'is not a cursor of this list: start again from the first page.' },
  repeated: { zh: '只能出现一次。', en: 'may be given once only.' },
  'text.unusable': {
    zh: '含有不可用的字符（空字符或不完整的 Unicode），请删除后重试。',
    en: 'contains a NUL or half a Unicode character: remove it.',
  },
  'key.unusable': { zh: '不允许使用此字段名。', en: 'is not a permitted field name.' },
  'depth.too-deep': { zh: '嵌套过深（最多 {limit} 层）。', en: 'is nested too deeply (at most {limit} levels).' },
  'idempotency-key.invalid': {
    zh: '须为 1 至 200 个可见的 ASCII 字符，例如 UUID。',
    en: 'must be 1 to 200 visible ASCII characters, such as a UUID.',
  },
  'calendar.time': { zh: '请填写 08:30 这样的时间（最晚 24:00）。', en: 'must be a time such as 08:30 (24:00 at the latest).' },
  'calendar.time-zone': { zh: '请填写 IANA 时区，例如 Asia/Shanghai。', en: 'must be an IANA time zone such as Asia/Shanghai.' },
  'calendar.hours.order': { zh: '须晚于开始时间 {from}。', en: 'must be later than the start at {from}.' },
  'calendar.hours.overlap': { zh: '须不早于上一时段的结束时间 {to}。', en: 'must not be before the end of the period above, {to}.' },
  'calendar.no-hours': { zh: '一周中至少有一天要有工作时间。', en: 'needs working hours on at least one day.' },
  'calendar.both': { zh: '{date} 不能既是假日又是补班日。', en: 'cannot have {date}: it is a holiday as well.' },
  'calendar.closed-too-long': {
    zh: '连续 400 天没有工作时间，期限将无法计算；请减少假日。',
    en: 'leave 400 days without working time, so that no deadline can be computed: take some away.',
  },
  'duration.invalid': {
    zh: '请填写 ISO 8601 时长，例如 P1D（1 天）或 PT4H（4 小时）。',
    en: 'must be an ISO 8601 duration such as P1D (one day) or PT4H (four hours).',
  },
  'duration.out-of-range': { zh: '时长须大于 0，且不超过 3660 天。', en: 'must be more than nothing and at most 3660 days.' },
  'timeout-policy.remind.every.out-of-range': {
    zh: '提醒总时长过长，请减少次数或缩短间隔。',
    en: 'lets the reminders run too long: choose fewer or more frequent ones.',
  },
  'timeout-policy.expire.outcome.invalid': {
    zh: '须为该步骤的结果代码或 hand-over。',
    en: 'must be the key of one of the step’s outcomes, or hand-over.',
  },
  'timeout-policy.expire.needed': {
    zh: '该步骤占用库存，必须设置自动处理。',
    en: 'is needed: this step holds a lease, which must end.',
  },
  'statistics.day': { zh: '请填写 2000 至 2099 年间的日期。', en: 'must be a day from 2000 to 2099.' },
  'statistics.too-long': { zh: '一次最多统计六个自然年。', en: 'at most six calendar years at once.' },
  'statistics.order': { zh: '不能早于开始日期。', en: 'must not be before the first day.' },
  'timeout-policy.nobody': {
    zh: '升级与自动处理不能都为空，否则任务可能永远无人办理。',
    en: 'and expire cannot both be empty: the task could wait for ever.',
  },
  'timeout-policy.expire.outcome.unknown': {
    zh: '该步骤不能自动作出此结果，请另选。',
    en: 'is nothing that this step can expire with: choose another outcome.',
  },
  'timeout-policy.warn.remind-after-due': {
    zh: '首次提醒晚于办理期限，提醒时已经超时。',
    en: 'comes after the due time: the task is overdue when it is first mentioned.',
  },
  'timeout-policy.warn.escalate-before-due': {
    zh: '早于办理期限就通知上级。',
    en: 'comes before the due time: the superior hears of a task that is not late.',
  },
  'timeout-policy.warn.remind-after-expire': {
    zh: '自动处理之后的提醒不会发出，实际最多提醒 {times} 次。',
    en: 'goes beyond the expiry: there will be {times} at most.',
  },
  'timeout-policy.warn.escalate-after-expire': {
    zh: '晚于自动处理的时间，不会通知上级。',
    en: 'comes after the expiry, so it never happens.',
  },
  'timeout-policy.warn.due-after-expire': {
    zh: '晚于自动处理的时间，任务会先被自动处理。',
    en: 'comes after the expiry, which is first.',
  },
  'timeout-policy.escalate.requester': {
    zh: '该步骤由申请人本人办理，不能升级给上级；请改设自动处理。',
    en: 'must be empty: this step is the requester’s own, so nobody else may take it. Let it expire instead.',
  },
};

/** One field that was refused. A message may be a Text, which is answered in the caller's language. */
export interface FieldError {
  /** Where it stands, such as `lines.0.quantity`; for the body as a whole `body`. */
  readonly path: string;
  readonly message: string | Text;
  readonly in?: 'body' | 'query' | 'path' | 'header';
}

type Parameter = string | number | Date | Text;

/**
 * An answer that is not a success; throw it anywhere below a handler. `params` fill the texts, `members` stand in the JSON
 * beside the standard ones. The members `retryAfter` (seconds) and `allow` (methods) also become headers.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly params: Readonly<Record<string, Parameter>>;
  readonly members: Readonly<Record<string, unknown>>;
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    code: ProblemCode,
    params: Readonly<Record<string, Parameter>> = {},
    members: Readonly<Record<string, unknown>> = {},
    errors?: readonly FieldError[],
  ) {
    super(code);
    this.code = code;
    this.params = params;
    this.members = members;
    this.errors = errors;
  }

  get status(): Definition['status'] {
    return problems[this.code].status;
  }

  /** The body of the answer, in the caller's language. */
  toJSON(locale: Locale, requestId: string): Record<string, unknown> {
    const { status, title, detail } = problems[this.code];
    return {
      ...this.members,
      type: `urn:houqin:problem:${this.code}`,
      code: this.code,
      title: textIn(locale, title),
      status,
      detail: fill(detail, locale, { id: requestId, ...this.params }),
      instance: `urn:uuid:${requestId}`,
      ...(this.errors && {
        errors: this.errors.map((error) => ({
          ...error,
          message: typeof error.message === 'string' ? error.message : textIn(locale, error.message),
        })),
      }),
    };
  }
}

/** The text in one language. */
export function textIn(locale: Locale, text: Text): string {
  return locale === 'en' ? text.en : text.zh;
}

/** The text in one language with its `{name}`s filled; an unknown name stays as it is. */
export function fill(text: Text, locale: Locale, params: Readonly<Record<string, unknown>>): string {
  return textIn(locale, text).replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined || value === null) return placeholder;
    if (value instanceof Date) return instantIn(locale, value);
    return typeof value === 'object' && 'zh' in value ? textIn(locale, value as Text) : String(value);
  });
}

/** An instant as the company's people say it, in the company's time zone. */
function instantIn(locale: Locale, at: Date): string {
  const day = { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' } as const;
  return at.toLocaleString(locale === 'en' ? 'en-GB' : 'zh-CN', day);
}

/** A 400 that names one field; `key` is one of `fieldTexts`, `params` fill it. */
export function invalidField(
  path: string, key: string, where: NonNullable<FieldError['in']> = 'body',
  params: Readonly<Record<string, Parameter>> = {},
): Problem {
  const text = fieldTexts[key] ?? { zh: key, en: key };
  const message = { zh: `${path}：${fill(text, 'zh-CN', params)}`, en: `${path}: ${fill(text, 'en', params)}` };
  return new Problem('invalid-input', {}, {}, [{ in: where, path, message }]);
}

//! Audit events (审计事件): everything the platform writes down about what was done on it.
//!
//! One list; `docs/audit-events.md` is made from it.

use crate::text::Text;

macro_rules! events {
    ($($name:ident $code:literal $object:literal $zh:literal $en:literal;)*) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Event {
            $($name,)*
        }

        impl Event {
            pub const ALL: &[Event] = &[$(Event::$name,)*];

            /// Word in the register and in exports.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Event::$name => $code,)*
                }
            }

            /// What the object of such an event is.
            #[must_use]
            pub fn object(self) -> &'static str {
                match self {
                    $(Event::$name => $object,)*
                }
            }

            #[must_use]
            pub fn label(self) -> Text {
                match self {
                    $(Event::$name => Text::new($zh, $en),)*
                }
            }
        }
    };
}

// In the order of their words.
events! {
    AccessRefused "access_refused" "action" "越权访问被拒" "action refused";
    AccountClosed "account_closed" "account" "注销账号" "account closed";
    AccountCreated "account_created" "account" "开立账号" "account opened";
    AccountLocked "account_locked" "account" "账号锁定" "account locked after failed sign-ins";
    AccountUnlocked "account_unlocked" "account" "账号解锁" "account unlocked";
    ApiKeyCreated "api_key_created" "key" "发放接口密钥" "key of a system made";
    ApiKeyRefused "api_key_refused" "key" "接口密钥被拒" "key or signature refused";
    ApiKeyRevoked "api_key_revoked" "key" "作废接口密钥" "key of a system revoked";
    ApiKeyRotated "api_key_rotated" "key" "更换接口密钥" "key of a system replaced";
    AuditErased "audit_erased" "event" "删除审计事件内容" "content of an audit event erased";
    AuditExported "audit_exported" "range" "导出审计记录" "audit events exported";
    BackupWritten "backup_written" "file" "备份" "register backed up";
    CaseMoved "case_moved" "case" "办件办理" "case moved on";
    CaseRead "case_read" "subject" "查看办件" "case read";
    ChannelAnswered "channel_answered" "file" "答复通道文件" "file of a channel answered for";
    ChannelOpened "channel_opened" "channel" "开通归集通道" "channel opened";
    ChannelPaused "channel_paused" "channel" "暂停归集通道" "channel paused";
    ChannelResumed "channel_resumed" "channel" "恢复归集通道" "channel resumed";
    ChannelRun "channel_run" "channel" "立即抽取" "library read at once";
    CheckAnswered "check_answered" "matter" "办事核查" "check answered";
    ClaimConfirmed "claim_confirmed" "claim" "认领通过" "claim confirmed";
    ClaimFiled "claim_filed" "claim" "提出认领" "claim filed";
    ClaimRefused "claim_refused" "claim" "认领未通过" "claim refused";
    ClaimWithdrawn "claim_withdrawn" "claim" "撤回认领" "claim withdrawn";
    CodeDoubtSettled "code_doubt_settled" "doubt" "办结重错码疑点" "doubt about a code settled";
    CodeOverridden "code_overridden" "code" "代码人工确认" "code answered for";
    ConsentGranted "consent_granted" "consent" "授权" "consent granted";
    ConsentRevoked "consent_revoked" "consent" "撤回授权" "consent revoked";
    ConsentUsed "consent_used" "consent" "使用授权" "consent used";
    DeliveryConfirmed "delivery_confirmed" "receipt" "确认存疑报送" "unusual delivery confirmed";
    FactorReset "factor_reset" "account" "重置第二因素" "second factor reset";
    FactorSet "factor_set" "account" "启用第二因素" "second factor set up";
    FeedConfirmed "feed_confirmed" "organisation" "变更流回执" "feed confirmed";
    IdentityCompared "identity_compared" "subject" "比对主体" "descriptions of a subject compared";
    IdentityLinked "identity_linked" "account" "关联外部身份" "outside identity linked";
    IdentityUnlinked "identity_unlinked" "account" "取消外部身份" "outside identities unlinked";
    LedgerAdded "ledger_added" "item" "登记台账" "ledger told";
    MatterClosed "matter_closed" "matter" "办结事项" "matter closed";
    MatterRegistered "matter_registered" "matter" "登记事项" "matter registered";
    MeasureLifted "measure_lifted" "matter" "解除措施" "measure lifted";
    MeasureTold "measure_told" "matter" "反馈措施" "measure told";
    MergeEnded "merge_ended" "merge" "解除归并" "merge ended";
    MergeNoticeSent "merge_notice_sent" "merge" "发出归并更正告知" "told that a merge was wrong";
    MoversTaken "movers_taken" "replay" "导出试算变动主体" "movers of a replay taken out";
    OrganisationClosed "organisation_closed" "organisation" "停用机构" "organisation closed";
    OrganisationCreated "organisation_created" "organisation" "登记机构" "organisation opened";
    PairJudged "pair_judged" "pair" "判定主体" "pair judged";
    PasswordChanged "password_changed" "account" "修改口令" "password changed";
    PasswordReset "password_reset" "account" "重置口令" "password reset";
    RecordRead "record_read" "subject" "查询非公开信息" "non-public information read";
    RecoveryUsed "recovery_used" "account" "使用恢复码" "recovery code used";
    DeliveryRefused "refused_delivery" "item" "依法拒绝归集" "delivery refused by law";
    RowsRefused "refused_rows" "receipt" "依法拒收数据行" "rows refused by law";
    RegisterMigrated "register_migrated" "register" "登记库升级" "register brought to this version";
    RegisterRestored "register_restored" "file" "登记库恢复" "register restored";
    RepairInformed "repair_informed" "record" "制作信用修复告知书" "repair notice made";
    RepairNoticeServed "repair_notice_served" "record" "送达信用修复告知书" "repair notice served";
    ReplayAdopted "replay_adopted" "replay" "采用试算的评价模型" "card adopted after its replay";
    ReplayMade "replay_made" "replay" "政策试算" "policy replayed";
    ReportIssued "report_issued" "report" "出具信用报告" "report issued";
    ReportRevoked "report_revoked" "report" "作废信用报告" "report revoked";
    Resealed "resealed" "key" "更换加密密钥" "values sealed anew under another key";
    RoleGranted "role_granted" "account" "授予角色" "role given";
    RoleWithdrawn "role_withdrawn" "account" "撤销角色" "role taken";
    RowSettled "row_settled" "receipt" "处理疑问行" "row in question settled";
    SessionEnded "session_ended" "account" "退出登录" "session ended";
    SignInFailed "sign_in_failed" "account" "登录失败" "sign-in failed";
    SignedIn "signed_in" "account" "登录" "signed in";
    StandingChanged "standing_changed" "case" "信息状态变更" "standing of a record changed";
    StatementMade "statement_made" "record" "本人声明" "own statement made";
    StatementWithdrawn "statement_withdrawn" "record" "撤回本人声明" "own statement taken back";
    SubmissionAccepted "submission_accepted" "receipt" "归集批次入库" "submission accepted";
    SubjectsMerged "subjects_merged" "merge" "归并主体" "subjects merged";
    ZeroReportStated "zero_report_stated" "item" "零报告" "zero report stated";
    ZeroReportWithdrawn "zero_report_withdrawn" "item" "撤回零报告" "zero report taken back";
}

impl Event {
    #[must_use]
    pub fn from_code(code: &str) -> Option<Event> {
        Event::ALL.iter().copied().find(|event| event.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_for_two_events() {
        for event in Event::ALL {
            assert_eq!(Event::from_code(event.code()), Some(*event));
        }
    }
}

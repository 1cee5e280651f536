//! What becomes of a row that came back or was doubted (疑问数据处理): its state, and who may change it how.

words! {
    /// Where such a row stands.
    RowState {
        Open "open" "待处理" "open";
        /// It came again, and passed.
        Mended "mended" "已改" "mended";
        /// It is right as it was taken; somebody said why.
        Explained "explained" "已说明" "explained";
        /// It will not be handed in again; somebody said why.
        GivenUp "given_up" "不再报送" "given up";
    }
}

words! {
    /// What a department says of such a row.
    RowAct {
        Explain "explain" "属实，说明原因" "it is right, and why";
        GiveUp "give_up" "不再报送，说明原因" "not handed in again, and why";
        /// It was handed in another way.
        Mend "mend" "已另行补报" "handed in another way";
        Reopen "reopen" "重新处理" "open it again";
    }
}

impl RowState {
    /// What follows from an act; none where it does not fit. A row that was taken in is explained, one
    /// that came back is mended or given up.
    #[must_use]
    pub fn after(self, came_back: bool, act: RowAct) -> Option<RowState> {
        match (self, act) {
            (RowState::Open, RowAct::Explain) if !came_back => Some(RowState::Explained),
            (RowState::Open, RowAct::GiveUp) if came_back => Some(RowState::GivenUp),
            (RowState::Open, RowAct::Mend) if came_back => Some(RowState::Mended),
            (RowState::Explained | RowState::GivenUp, RowAct::Reopen) => Some(RowState::Open),
            _ => None,
        }
    }

    /// The acts that fit now.
    pub fn acts(self, came_back: bool) -> impl Iterator<Item = RowAct> {
        let fits = move |act: &RowAct| self.after(came_back, *act).is_some();
        RowAct::ALL.iter().copied().filter(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_back_is_mended_or_given_up_and_what_was_doubted_explained() {
        use RowAct::{Explain, GiveUp, Mend, Reopen};
        for (state, came_back, acts) in [
            (RowState::Open, true, vec![GiveUp, Mend]),
            (RowState::Open, false, vec![Explain]),
            (RowState::GivenUp, true, vec![Reopen]),
            (RowState::Explained, false, vec![Reopen]),
            (RowState::Mended, true, vec![]),
        ] {
            assert_eq!(state.acts(came_back).collect::<Vec<_>>(), acts, "{state:?} {came_back}");
        }
    }
}

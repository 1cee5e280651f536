//! That the sealing keys at hand are those the register was written under.

use domain::{sealed::Keys, text::Text};
use store::register::Register;

use crate::error::Error;

/// What is hashed to tell one key from another.
const WORD: &str = "which key is this";

/// Refuses keys other than those the register was written under: what they sealed would never
/// open again, and every person known would be taken for a new one.
pub async fn confirm(register: &Register, keys: &Keys) -> Result<(), Error> {
    let check_value = keys.lookup("seal_key", WORD);
    if store::seal_key::keep(register, &keys.id(), &check_value).await? == check_value {
        return Ok(());
    }
    Err(Error::Refused(Text::new(
        format!(
            "登记库不是用这个密钥文件（{}）加密的；请用 XINHENG_KEYS 指明原来的密钥文件",
            keys.id()
        ),
        format!(
            "the register was not written under this key file ({}); name the right one in XINHENG_KEYS",
            keys.id()
        ),
    )))
}

/// Whether new keys may be made: not for a register that was written under others.
pub async fn may_be_made(register: &Register) -> Result<(), Error> {
    if !store::seal_key::any(register).await? {
        return Ok(());
    }
    Err(Error::Refused(Text::new(
        "登记库已经用另一个密钥文件加密，这里却没有密钥文件；请把它放回原处，或用 XINHENG_KEYS 指明",
        "the register was written under a key file that is not here; put it back, or name it in XINHENG_KEYS",
    )))
}

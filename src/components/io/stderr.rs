//! What programs print to standard error, as log lines.

use crate::component::{ByteSource, Context, Cut, Reads, Scanner};
use crate::components::scan::{Lines, MAX_LINE};

/// Logs each line as an error of the component.
pub async fn log_lines(stderr: ByteSource, cx: Context) {
    let Ok(mut lines) = Lines::new("", MAX_LINE).open(stderr, "") else { return };
    let mut reads = Reads::default();
    while lines.next(&mut Cut::new(&mut reads, None, &|_| {})).await.is_ok() {
        for line in reads.take().iter().flat_map(|transaction| &transaction.batch) {
            cx.log().error(format_args!("{}", String::from_utf8_lossy(line.bytes())));
        }
    }
}

//! `blobl server`: a page on which mappings are tried.

use std::process::{Command, ExitCode, Stdio};

use tokio_util::sync::CancellationToken;

use crate::api::{Guards, Playground, Server};
use crate::cli::args::ServerArgs;
use crate::cli::document::Document;
use crate::cli::process::{logger, runtime};
use crate::cli::signals::Signals;
use crate::components::REGISTRY;
use crate::config::ServiceConf;

/// Serves until a signal comes.
pub fn run(args: ServerArgs) -> Result<ExitCode, String> {
    let service = ServiceConf::read(&Document::empty().node, &REGISTRY).map_err(|error| error.to_string())?;
    let log = logger(&service.logger, None, true)?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let mut signals =
            Signals::listen().map_err(|error| format!("failed to listen for signals: {error}"))?;
        let address = format!("{}:{}", args.host, args.port);
        let playground = Playground { mapping: args.mapping_file, input: args.input_file, write: args.write };
        let server = Server::bind(&address, Guards::default(), playground.service(), log.clone()).await?;
        let address = server.address().map_or(address, |address| address.to_string());
        println!("Serving at: http://{address}");
        if !args.no_open {
            open(&format!("http://{address}"));
        }
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server.serve(stop.clone()));
        signals.next().await;
        stop.cancel();
        // The server bounds its own end; that it panicked would have been told by then.
        let _ = serving.await;
        Ok(ExitCode::SUCCESS)
    });
    log.flush();
    runtime.shutdown_background();
    done
}

/// Shows the page in a browser, where the desktop has one.
fn open(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    // Without a browser the address that was printed has to do.
    let _ = Command::new(opener).arg(url).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}

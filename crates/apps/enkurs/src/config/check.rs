use super::Config;

impl Config {
    /// What a parser cannot see: values that contradict each other or cannot work.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_address()?;
        let known = |url: &String| ["sqlite:", "postgres://", "postgresql://"].iter().any(|s| url.starts_with(s));
        if self.database.url.as_ref().is_some_and(|u| !known(u)) {
            return Err("database.url: begins with sqlite:, postgres:// or postgresql://".into());
        }
        if self.database.connections == 0 {
            return Err("database.connections: at least 1".into());
        }
        if self.roles.is_empty() {
            return Err("roles: at least one service runs on a node".into());
        }
        let listeners = [Some(self.listen.public), self.listen.clients, self.listen.operator, self.listen.contract];
        let mut ports: Vec<_> = listeners.into_iter().flatten().filter(|a| a.port() != 0).map(|a| a.port()).collect();
        let count = ports.len();
        ports.sort_unstable();
        ports.dedup();
        if ports.len() != count {
            return Err("listen: two listeners have the same port".into());
        }
        if self.listen.operator.is_some_and(|a| a.ip().is_unspecified()) {
            return Err(
                "listen.operator: an address of the operators' network, not every address: it has no sign-in".into()
            );
        }
        if self.listen.clients.is_some() && self.tls.is_none() {
            return Err("listen.clients: needs [tls]; behind a proxy, programs use access tokens".into());
        }
        if self.listen.contract.is_some() && self.nodes.is_none() {
            return Err("listen.contract: needs [nodes] with certificate, key and authority".into());
        }
        if let Some(nodes) = &self.nodes {
            if let Some(service) = nodes.services.keys().find(|s| self.runs(**s)) {
                return Err(format!("nodes.services.{}: runs on this node too", service.name()));
            }
            if let Some((service, url)) = nodes.services.iter().find(|(_, u)| !u.starts_with("https://")) {
                return Err(format!("nodes.services.{}: {url} is not https://HOST:PORT", service.name()));
            }
        }
        if self.jobs.lease_seconds == 0 || self.jobs.at_once == 0 {
            return Err("jobs: lease_seconds and at_once are at least 1".into());
        }
        self.signing.check()?;
        let limits = &self.limits;
        for (name, value) in [
            ("upload_mib", limits.upload_mib),
            ("form_kib", limits.form_kib),
            ("message_kib", limits.message_kib),
            ("request_seconds", limits.request_seconds),
            ("upload_seconds", limits.upload_seconds),
            ("connections", limits.connections as u64),
        ] {
            if value == 0 || value > 1 << 20 {
                return Err(format!("limits.{name}: between 1 and {}", 1 << 20));
            }
        }
        Ok(())
    }

    fn check_address(&self) -> Result<(), String> {
        let host = self.public_url.strip_prefix("https://").or_else(|| self.public_url.strip_prefix("http://"));
        let host = host.ok_or("public_url: begins with https:// (or http:// for a trial)")?;
        if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
            return Err("public_url: an origin only, without path and without slash at the end".into());
        }
        if self.tls.is_some() && self.public_url.starts_with("http://") {
            return Err("public_url: begins with https://, since [tls] is configured".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use contract::Service;

    use super::*;
    use crate::config::EXAMPLE;

    const LEAST: &str = "public_url = \"https://id.example.lv\"\n";

    #[test]
    fn the_example_is_the_defaults() {
        let (example, least) = (Config::parse(EXAMPLE).unwrap(), Config::parse(LEAST).unwrap());
        assert_eq!(format!("{example:?}"), format!("{least:?}"));
        assert_eq!(least.ledger_origin(), "id.example.lv/ledger");
        assert!(least.runs(Service::Ca));
    }

    #[test]
    fn every_commented_key_of_the_example_exists() {
        let uncommented: String = EXAMPLE
            .lines()
            .filter_map(|l| {
                let line = l.strip_prefix("# ").unwrap_or(l);
                (line.contains(" = ") || line.starts_with('[')).then(|| format!("{line}\n"))
            })
            .collect();
        // The second [keys] and what it contradicts go.
        let software = uncommented
            .replacen("store = \"software\"\n", "", 1)
            .replace("passphrase_file = \"/run/credentials/enkurs/passphrase\"\n", "");
        let text = software
            .replacen("[keys]\n", "", 1)
            .replace("register = \"https", "wallet = \"https")
            .replace("wallet = \"https://register", "register = \"https://register");
        let wrong = Config::parse(&text).unwrap_err();
        assert!(wrong.contains("nodes.services.register: runs on this node too"), "{wrong}");
    }

    #[test]
    fn wrong_files_are_refused_with_the_key_at_fault() {
        for (more, told) in [
            ("colour = 1", "colour"),
            ("[database]\nurl = \"mysql://x\"", "database.url"),
            ("[database]\nconections = 3", "conections"),
            ("[database]\nconnections = 0", "database.connections"),
            ("roles = []", "roles"),
            ("roles = [\"wizard\"]", "wizard"),
            ("[listen]\npublic = \"127.0.0.1:1\"\noperator = \"127.0.0.1:1\"", "same port"),
            ("[listen]\noperator = \"0.0.0.0:9\"", "listen.operator"),
            ("[listen]\ncontract = \"127.0.0.1:9\"", "listen.contract"),
            ("[limits]\nupload_mib = 0", "limits.upload_mib"),
            ("[limits.rates]\nfast = 1", "fast"),
            ("[jobs]\nat_once = 0", "jobs"),
            ("[keys]\nstore = \"paper\"", "paper"),
            ("[keys]\nstore = \"pkcs11\"", "library"),
            ("[tls]\ncertificate = \"x\"", "key"),
        ] {
            let wrong = Config::parse(&format!("{LEAST}{more}\n")).unwrap_err();
            assert!(wrong.contains(told), "{more}: {wrong}");
        }
        for url in ["id.example.lv", "https://", "https://id.example.lv/", "https://id.example.lv/x", "https://a b"] {
            assert!(Config::parse(&format!("public_url = \"{url}\"")).unwrap_err().contains("public_url"), "{url}");
        }
        assert!(Config::parse("").unwrap_err().contains("public_url"));
    }

    #[test]
    fn relative_paths_start_at_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("enkurs.toml");
        std::fs::write(&file, format!("{LEAST}data = \"d\"\n[database]\nurl = \"sqlite:x.db\"\n")).unwrap();
        let config = Config::load(&file).unwrap();
        assert_eq!(config.data, dir.path().join("d"));
        assert_eq!(config.database_url(), format!("sqlite:{}", dir.path().join("x.db").display()));
        std::fs::write(&file, "public_url = 5").unwrap();
        assert_eq!(Config::load(&file).unwrap_err().exit(), 2);
    }
}

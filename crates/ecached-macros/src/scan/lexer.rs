//! The tokens that `scan` needs: brackets, semicolons and words. Comments, strings and characters are skipped.

/// One token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open(char),
    Close(char),
    Semicolon,
    Word {
        text: &'a str,
        /// Whether `<` follows at once.
        is_before_angle: bool,
    },
}

pub(super) struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { rest: source }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Skips to the end of what `end` finds, or to the end of the file.
    fn skip_past(&mut self, end: &str) {
        let bytes = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.skip(bytes);
    }

    /// Skips a block comment, which may contain others. The rest starts with `/*`.
    fn skip_block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
            } else {
                let Some(c) = self.rest.chars().next() else { return };
                self.skip(c.len_utf8());
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips what stands between `quote`s, with escapes. The rest starts with `quote`.
    fn skip_quoted(&mut self, quote: char) {
        self.skip(1);
        let mut is_escaped = false;
        for (at, c) in self.rest.char_indices() {
            if c == quote && !is_escaped {
                self.skip(at + 1);
                return;
            }
            is_escaped = c == '\\' && !is_escaped;
        }
        self.rest = "";
    }

    /// Skips a raw string if the rest, after its letters, is one.
    fn skip_raw_string(&mut self) {
        let hashes = self.rest.bytes().take_while(|&byte| byte == b'#').count();
        if self.rest[hashes..].starts_with('"') {
            self.skip(hashes + 1);
            self.skip_past(&format!("\"{}", "#".repeat(hashes)));
        }
    }

    /// Skips a character or a lifetime. The rest starts with `'`.
    fn skip_tick(&mut self) {
        let mut chars = self.rest.chars().skip(1);
        match (chars.next(), chars.next()) {
            (Some('\\'), _) | (Some(_), Some('\'')) => self.skip_quoted('\''),
            _ => self.skip(1),
        }
    }

    fn word(&mut self) -> Option<Token<'a>> {
        let len = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(len);
        self.rest = rest;
        match text {
            // Their strings have no escapes.
            "r" | "br" | "cr" if rest.starts_with(['"', '#']) => {
                self.skip_raw_string();
                // `r#impl` is a word, but no keyword.
                if self.rest.starts_with('#') && rest.len() == self.rest.len() {
                    self.skip(1);
                    let len = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
                    self.skip(len);
                    return Some(Token::Word { text: "r#", is_before_angle: false });
                }
                None
            }
            _ => Some(Token::Word { text, is_before_angle: rest.starts_with('<') }),
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let c = self.rest.chars().next()?;
            match c {
                '/' if self.rest.starts_with("//") => self.skip_past("\n"),
                '/' if self.rest.starts_with("/*") => self.skip_block_comment(),
                '"' => self.skip_quoted('"'),
                '\'' => self.skip_tick(),
                c if is_word(c) => {
                    if let Some(word) = self.word() {
                        return Some(word);
                    }
                }
                c => {
                    self.skip(c.len_utf8());
                    match c {
                        '(' | '[' | '{' => return Some(Token::Open(c)),
                        ')' | ']' | '}' => return Some(Token::Close(c)),
                        ';' => return Some(Token::Semicolon),
                        _ => {}
                    }
                }
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

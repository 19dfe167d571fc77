//! A script, split and parsed.

use std::sync::Arc;

use datafusion::sql::sqlparser::ast::{self, ObjectName, ObjectType, Query, SetExpr, Spanned, TableFactor};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer};

use super::dialect::RoloDialect;
use super::place::cut_place;
use super::{Kind, Script, Statement, Subject, depth};
use crate::sql::SqlError;

/// How deep a statement may go.
#[derive(Clone, Copy)]
struct Depth {
    /// Levels of the parser: parentheses and queries inside each other.
    levels: usize,
    /// Tokens of a statement: a chain of operators is a tree as deep as it is long.
    tokens: usize,
}

/// What any thread has the stack for: a few kilobytes a level.
const SHALLOW: Depth = Depth { levels: 32, tokens: 256 };
const DEEPEST: Depth = Depth { levels: 400, tokens: usize::MAX };
/// Enough for the deepest.
const STACK: usize = 256 << 20;

/// The statements of a script, in order, each parsed and with its place. Empty statements and comments are skipped.
///
/// # Errors
/// The first statement that is not SQL, or that would change something, with its place.
pub fn statements(script: &str) -> Result<Vec<Statement>, SqlError> {
    // A thread with such a stack costs ten times what parsing a common statement does.
    if let Ok(statements) = parse_all(script, SHALLOW) {
        return Ok(statements);
    }
    let parsed = std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().name("sql parser".into()).stack_size(STACK);
        parser.spawn_scoped(scope, || parse_all(script, DEEPEST)).map(|thread| thread.join())
    });
    match parsed {
        Ok(Ok(statements)) => statements,
        Ok(Err(_)) => Err(SqlError::Internal("the parser stopped".into())),
        Err(error) => Err(SqlError::Internal(format!("cannot start a thread: {error}"))),
    }
}

fn parse_all(text: &str, depth: Depth) -> Result<Vec<Statement>, SqlError> {
    let script = Script::new(text);
    let tokens = Tokenizer::new(&RoloDialect, text)
        .tokenize_with_location()
        .map_err(|error| script.error(point(error.location), &format!("syntax error: {}", error.message)))?;
    let mut statements = Vec::new();
    for tokens in tokens.split(|token| token.token == Token::SemiColon) {
        let code = |token: &&TokenWithSpan| !matches!(token.token, Token::Whitespace(_) | Token::EOF);
        let (Some(first), Some(last)) = (tokens.iter().find(code), tokens.iter().rfind(code)) else {
            continue;
        };
        if tokens.iter().filter(code).count() > depth.tokens {
            return Err(SqlError::Internal("a statement longer than the stack is deep".into()));
        }
        let kind = StatementParser::new(&script, tokens, first, last, depth).parse()?;
        let (begin, end) = (first.span.start, last.span.end);
        statements.push(Statement { script: script.clone(), begin, end, kind: Arc::new(kind) });
    }
    Ok(statements)
}

fn point(at: Location) -> Span {
    Span::new(at, Location::new(at.line, at.column + 1))
}

/// What is done instead of a statement that would change something; `None` for statements that may be there.
fn instead_of(first: &str, second: &str) -> Option<String> {
    let advice = match first {
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "REPLACE" | "TRUNCATE" | "UPSERT" => {
            "SQL only reads people; `rolo load` adds and replaces them"
        }
        "CREATE" | "ALTER" | "DROP" if second.ends_with("VIEW") => return None,
        "CREATE" | "ALTER" | "DROP" => {
            "a session makes no tables: CREATE VIEW name AS query names a query, COPY (query) TO 'file.parquet' keeps its \
             rows, and FROM 'file.parquet' reads them"
        }
        "SET" | "RESET" | "PRAGMA" | "USE" => {
            "a session has no settings of its own: memory, threads and time limit are flags of the command"
        }
        "BEGIN" | "START" | "COMMIT" | "ROLLBACK" | "END" => {
            "there are no transactions: a session reads the database as it was when it was opened"
        }
        "GRANT" | "REVOKE" | "VACUUM" | "ANALYZE" | "CALL" | "EXECUTE" | "PREPARE" | "INSTALL" | "LOAD"
        | "IMPORT" | "EXPORT" | "CHECKPOINT" | "LOCK" | "KILL" | "REFRESH" => "SQL only reads",
        _ => return None,
    };
    Some(format!("{first} is not possible: {advice}"))
}

struct StatementParser<'s> {
    script: &'s Script,
    parser: Parser<'s>,
    tokens: &'s [TokenWithSpan],
    first: &'s TokenWithSpan,
    last: &'s TokenWithSpan,
    /// The words that the statement begins with, in capitals.
    words: Vec<String>,
}

impl<'s> StatementParser<'s> {
    fn new(
        script: &'s Script,
        tokens: &'s [TokenWithSpan],
        first: &'s TokenWithSpan,
        last: &'s TokenWithSpan,
        depth: Depth,
    ) -> Self {
        let word = |token: &TokenWithSpan| match &token.token {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_uppercase()),
            _ => None,
        };
        let code = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
        let words = code.map_while(word).take(5).collect();
        let parser = Parser::new(&RoloDialect)
            .with_recursion_limit(depth.levels)
            .with_tokens_with_locations(tokens.to_vec());
        Self { script, parser, tokens, first, last, words }
    }

    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    fn parse(mut self) -> Result<Kind, SqlError> {
        // Between CREATE or DROP and VIEW stand OR REPLACE, TEMP, TEMPORARY, MATERIALIZED.
        let view = self.words.iter().skip(1).find(|word| *word == "VIEW").cloned().unwrap_or_default();
        if let Some(advice) = instead_of(self.word(0), &view) {
            return Err(self.script.error(self.first.span, &advice));
        }
        let mut kind = self.kind().map_err(|error| self.syntax_error(error))?;
        if !self.at_end() {
            let found = self.parser.peek_token();
            let message = format!("syntax error: this is not expected here: {}", found.token);
            return Err(self.script.error(found.span, &message));
        }
        if let Some(query) = query_of(&mut kind) {
            depth::flatten(query).map_err(|span| {
                self.script
                    .error(span, "this is nested too deeply: more than 1000 operations inside each other")
            })?;
            self.check_reads_only(query)?;
        }
        Ok(kind)
    }

    fn at_end(&self) -> bool {
        self.parser.peek_token_ref().token == Token::EOF
    }

    fn kind(&mut self) -> Result<Kind, ParserError> {
        match (self.word(0).to_owned().as_str(), self.word(1)) {
            ("SUMMARIZE", _) => {
                self.parser.next_token();
                self.subject().map(Kind::Summarize)
            }
            ("DESCRIBE" | "DESC", _) => {
                self.parser.next_token();
                self.subject().map(Kind::Describe)
            }
            ("SHOW", "TABLES") => {
                self.skip(2);
                Ok(Kind::ShowTables)
            }
            ("SHOW", "COLUMNS") => {
                self.skip(2);
                self.parser.expect_keyword(Keyword::FROM)?;
                self.subject().map(Kind::Describe)
            }
            ("SHOW", _) => {
                self.parser.expected("TABLES, or COLUMNS FROM a table,", self.parser.peek_nth_token(1))
            }
            ("EXPLAIN", _) => self.explain(),
            ("ATTACH", _) => self.attach(),
            ("DETACH", _) => self.detach(),
            ("COPY", _) => self.copy(),
            ("CREATE" | "DROP", _) => self.view(),
            _ => Ok(Kind::Query(self.parser.parse_query()?)),
        }
    }

    fn skip(&mut self, tokens: usize) {
        for _ in 0..tokens {
            self.parser.next_token();
        }
    }

    /// `t`, `'file.csv'`, or a query, with or without parentheses.
    fn subject(&mut self) -> Result<Subject, ParserError> {
        let _ = self.parser.parse_keyword(Keyword::TABLE);
        let query = match &self.parser.peek_token_ref().token {
            Token::LParen => true,
            Token::Word(word) => {
                matches!(word.keyword, Keyword::SELECT | Keyword::WITH | Keyword::FROM | Keyword::VALUES)
            }
            _ => false,
        };
        if query {
            return Ok(Subject { table: None, query: self.parser.parse_query()? });
        }
        let table = self.parser.parse_object_name(false)?;
        let query = Box::new(all_of_table(table.clone())?);
        Ok(Subject { table: Some(table), query })
    }

    fn explain(&mut self) -> Result<Kind, ParserError> {
        self.parser.next_token();
        let analyze = self.parser.parse_keyword(Keyword::ANALYZE);
        let verbose = self.parser.parse_keyword(Keyword::VERBOSE);
        let query = self.parser.parse_query()?;
        Ok(Kind::Explain { query, analyze, verbose })
    }

    /// `ATTACH [DATABASE] 'file' [AS name] [(READ_ONLY)]`.
    fn attach(&mut self) -> Result<Kind, ParserError> {
        self.parser.next_token();
        let _ = self.parser.parse_keyword(Keyword::DATABASE);
        let span = self.parser.peek_token_ref().span;
        let path = self.path()?;
        let name = if self.parser.parse_keyword(Keyword::AS) {
            normalized(&self.parser.parse_identifier()?)
        } else {
            stem(&path)
        };
        if self.parser.consume_token(&Token::LParen) {
            let option = self.parser.parse_identifier()?;
            if !option.value.eq_ignore_ascii_case("READ_ONLY") {
                let message = format!("expected READ_ONLY, found: {option}{}", at(option.span));
                return Err(ParserError::ParserError(message));
            }
            self.parser.expect_token(&Token::RParen)?;
        }
        Ok(Kind::Attach { path, name, span })
    }

    fn path(&mut self) -> Result<String, ParserError> {
        match self.parser.next_token() {
            TokenWithSpan { token: Token::SingleQuotedString(path), .. } => Ok(path),
            found => self.parser.expected("a file's name in single quotes", found),
        }
    }

    /// `DETACH [DATABASE] [IF EXISTS] name`.
    fn detach(&mut self) -> Result<Kind, ParserError> {
        self.parser.next_token();
        let _ = self.parser.parse_keyword(Keyword::DATABASE);
        let if_exists = self.parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
        let name = self.parser.parse_identifier()?;
        Ok(Kind::Detach { name: normalized(&name), if_exists, span: name.span })
    }

    /// `COPY (query) TO 'file' [[WITH] (FORMAT name)]`, or a table instead of the query.
    fn copy(&mut self) -> Result<Kind, ParserError> {
        self.parser.next_token();
        let query = if self.parser.consume_token(&Token::LParen) {
            let query = self.parser.parse_query()?;
            self.parser.expect_token(&Token::RParen)?;
            query
        } else {
            Box::new(all_of_table(self.parser.parse_object_name(false)?)?)
        };
        if self.parser.peek_keyword(Keyword::FROM) {
            let message =
                "COPY ... FROM is not possible: `rolo load` adds people, and FROM 'file' reads a file";
            return Err(ParserError::ParserError(format!(
                "{message}{}",
                at(self.parser.peek_token_ref().span)
            )));
        }
        self.parser.expect_keyword(Keyword::TO)?;
        let span = self.parser.peek_token_ref().span;
        let path = self.path()?;
        let _ = self.parser.parse_keyword(Keyword::WITH);
        let mut format = None;
        if self.parser.consume_token(&Token::LParen) {
            self.parser.expect_keyword(Keyword::FORMAT)?;
            format = Some(self.parser.parse_identifier()?.value);
            self.parser.expect_token(&Token::RParen)?;
        }
        Ok(Kind::Copy { query, path, format, span })
    }

    fn view(&mut self) -> Result<Kind, ParserError> {
        let found = self.first.clone();
        match self.parser.parse_statement()? {
            ast::Statement::CreateView(view)
                if !view.materialized && view.columns.is_empty() && view.to.is_none() =>
            {
                Ok(Kind::CreateView { name: view.name, query: view.query, replace: view.or_replace })
            }
            ast::Statement::Drop { object_type: ObjectType::View, if_exists, names, .. } => {
                Ok(Kind::DropView { names, if_exists })
            }
            _ => self.parser.expected("CREATE VIEW name AS query, or DROP VIEW name", found),
        }
    }

    /// Queries can hide statements: `WITH x AS (INSERT ...)`, `SELECT ... INTO t`.
    fn check_reads_only(&self, query: &Query) -> Result<(), SqlError> {
        let refuse = |what: &str, span: Span| {
            Err(self.script.error(span, &format!("{what} is not possible: SQL only reads people")))
        };
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables).map(|cte| &*cte.query.body);
        for body in ctes.chain([&*query.body]) {
            match body {
                SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                    return refuse("changing rows inside a query", body.span());
                }
                SetExpr::Select(select) if select.into.is_some() => {
                    return refuse("SELECT INTO", select.span());
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn syntax_error(&self, error: ParserError) -> SqlError {
        let here = self.parser.peek_token_ref().span;
        let end = Span::new(self.last.span.end, self.last.span.end);
        let (message, place) = match &error {
            ParserError::RecursionLimitExceeded => {
                ("this is nested too deeply: at most some hundred parentheses inside each other", None)
            }
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => cut_place(message),
        };
        let token = |at| self.tokens.iter().find(|token| token.span.start == at).map(|token| token.span);
        let span = match place {
            Some(at) if at.line > 0 => token(at).unwrap_or_else(|| point(at)),
            _ if here.start.line > 0 => here,
            _ => end,
        };
        let message = match message.strip_prefix("Expected") {
            Some(rest) => {
                let rest = rest.trim_start_matches([':', ' ']).replace("found: EOF", "found the end");
                format!("syntax error: expected {rest}")
            }
            None => message.to_owned(),
        };
        self.script.error(span, &message)
    }
}

/// The place as sqlparser writes it.
fn at(span: Span) -> String {
    format!(" at Line: {}, Column: {}", span.start.line, span.start.column)
}

/// Unquoted names are lower case.
pub(crate) fn normalized(name: &ast::Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}

/// A file's name as that of a table: without folder and ending.
pub(crate) fn stem(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match file.split_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => file.to_owned(),
    }
}

fn all_of_table(table: ObjectName) -> Result<Query, ParserError> {
    let mut factor = Parser::new(&RoloDialect).try_with_sql("x")?.parse_table_factor()?;
    if let TableFactor::Table { name, .. } = &mut factor {
        *name = table;
    }
    all_of(factor)
}

/// `SELECT * FROM` something.
pub(crate) fn all_of(factor: TableFactor) -> Result<Query, ParserError> {
    let mut query = *Parser::new(&RoloDialect).try_with_sql("SELECT * FROM x")?.parse_query()?;
    if let SetExpr::Select(select) = &mut *query.body
        && let Some(from) = select.from.first_mut()
    {
        from.relation = factor;
    }
    Ok(query)
}

/// `SELECT * FROM (query) AS name`, with a name that no table has.
pub(crate) fn under_own_name(query: Query) -> Result<Query, ParserError> {
    let mut factor =
        Parser::new(&RoloDialect).try_with_sql(r#"(SELECT 1) AS "compared rows""#)?.parse_table_factor()?;
    if let TableFactor::Derived { subquery, .. } = &mut factor {
        **subquery = query;
    }
    all_of(factor)
}

fn query_of(kind: &mut Kind) -> Option<&mut Query> {
    match kind {
        Kind::Query(query)
        | Kind::Explain { query, .. }
        | Kind::Copy { query, .. }
        | Kind::CreateView { query, .. } => Some(query),
        Kind::Describe(subject) | Kind::Summarize(subject) => Some(&mut subject.query),
        Kind::ShowTables | Kind::Attach { .. } | Kind::Detach { .. } | Kind::DropView { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;

    /// Words that statements are made of, in any order.
    fn script() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            proptest::sample::select(vec![
                "SELECT",
                "FROM",
                "WHERE",
                "(",
                ")",
                ",",
                ";",
                "'",
                "\"",
                "*",
                ".",
                "people",
                "a.b.c",
                "=",
                "ANY",
                "COPY",
                "TO",
                "ATTACH",
                "AS",
                "SUMMARIZE",
                "DESCRIBE",
                "SHOW",
                "TABLES",
                "EXPLAIN",
                "WITH",
                "UNION",
                "CREATE",
                "VIEW",
                "DROP",
                "JOIN",
                "USING",
                "'x.csv'",
                "1",
                "--",
                "/*",
                "*/",
                "\n",
                "ü",
                "->",
                "[",
                "]",
            ])
            .prop_map(str::to_owned),
            ".{0,4}",
        ];
        proptest::collection::vec(word, 0..30).prop_map(|words| words.join(" "))
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_text_is_statements_or_an_error(script in script()) {
            if let Ok(statements) = statements(&script) {
                for statement in statements {
                    prop_assert!(script.contains(statement.text()));
                    prop_assert!(!statement.text().trim().is_empty());
                }
            }
        }
    }
}

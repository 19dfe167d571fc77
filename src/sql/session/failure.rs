//! What DataFusion says went wrong, in our terms: whose fault it is, where in the statement, and what to do.

use std::error::Error as StdError;
use std::sync::Arc;

use arrow::error::ArrowError;
use datafusion::common::{SchemaError, Span as PlanSpan, Spans};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::tokenizer::{Location, Span};

use crate::engine;
use crate::sql::SqlError;
use crate::sql::error::Carried;
use crate::sql::front::Pointer;

/// The error of a statement, from one of the engine.
pub(super) fn of(error: &DataFusionError, pointer: &Pointer, memory: u64) -> SqlError {
    if let Some(ours) = ours(error) {
        return ours;
    }
    match error.find_root() {
        DataFusionError::ResourcesExhausted(problem) => SqlError::Memory(format!(
            "the statement needs more memory than the {} MiB it may use, and cannot go on from disk ({}): allow more with \
             --memory, or ask for less",
            memory >> 20,
            holder(problem),
        )),
        DataFusionError::IoError(error) => file(&error.to_string()),
        DataFusionError::ObjectStore(error) => file(&error.to_string()),
        DataFusionError::ArrowError(inner, _) => match &**inner {
            ArrowError::IoError(problem, _)
            | ArrowError::CsvError(problem)
            | ArrowError::JsonError(problem)
            | ArrowError::ParquetError(problem) => file(problem),
            _ => statement(error, pointer),
        },
        DataFusionError::ParquetError(error) => file(&error.to_string()),
        DataFusionError::Internal(problem) if !problem.contains("failed to match any signature") => {
            SqlError::Internal(first_line(problem).to_owned())
        }
        DataFusionError::ExecutionJoin(error) => SqlError::Internal(error.to_string()),
        _ => statement(error, pointer),
    }
}

/// An error of ours that went through the engine.
fn ours(error: &DataFusionError) -> Option<SqlError> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(Carried(carried)) = error.downcast_ref() {
            return Some(match &**carried {
                engine::Error::Interrupted => SqlError::Interrupted,
                _ => SqlError::Scan(Arc::clone(carried)),
            });
        }
        next = error.source();
    }
    None
}

fn file(problem: &str) -> SqlError {
    SqlError::File { path: "a file".into(), problem: first_line(problem).to_owned() }
}

/// Who asked for memory, from "Failed to allocate ... for WHO with ...".
fn holder(problem: &str) -> &str {
    let asked = problem.split(" for ").nth(1).and_then(|rest| rest.split([' ', '[', '#']).next());
    asked.filter(|who| !who.is_empty()).unwrap_or("one of its steps")
}

/// Text in front of what matters, and behind it.
fn first_line(message: &str) -> &str {
    let message = message.split("\n\nbacktrace: ").next().unwrap_or(message);
    let message = message.split(".\nThis issue was likely caused by a bug").next().unwrap_or(message);
    message.trim()
}

fn statement(error: &DataFusionError, pointer: &Pointer) -> SqlError {
    let mut places = std::iter::successors(Some(error), |error| match error {
        DataFusionError::Diagnostic(_, inner) | DataFusionError::Context(_, inner) => Some(&**inner),
        DataFusionError::Shared(inner) => Some(&**inner),
        DataFusionError::Collection(errors) => errors.first(),
        _ => None,
    });
    let place = places.find_map(|error| match error {
        DataFusionError::Diagnostic(diagnostic, _) => diagnostic.span,
        _ => None,
    });
    let root = error.find_root();
    let (message, own) = match root {
        DataFusionError::Plan(problem) | DataFusionError::Internal(problem)
            if problem.contains("failed to match any signature") =>
        {
            (wrong_arguments(problem), None)
        }
        DataFusionError::SchemaError(problem, _) => schema_error(problem),
        DataFusionError::ArrowError(problem, _) => (arrow_error(problem), None),
        DataFusionError::NotImplemented(problem) if problem.contains("InSubquery") => (
            "not supported: IN (SELECT ...) among what is selected; in WHERE it is possible".to_owned(),
            None,
        ),
        DataFusionError::NotImplemented(problem) => (format!("not supported: {}", first_line(problem)), None),
        _ => (first_line(&root.message()).to_owned(), None),
    };
    let span = own.or(place).map(span_of);
    let span = span.or_else(|| pointer.find(word_of(&message)?)).unwrap_or_else(Span::empty);
    pointer.error(span, &plain(&message))
}

fn schema_error(problem: &SchemaError) -> (String, Option<PlanSpan>) {
    let first = |spans: &Spans| spans.first();
    match problem {
        SchemaError::FieldNotFound { field, .. } => {
            (format!("there is no column {} here", field.name), first(&field.spans))
        }
        SchemaError::AmbiguousReference { field } => {
            (format!("{} is ambiguous: write it with its table", field.name), first(&field.spans))
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            (format!("there would be two columns {name}: name one of them with AS"), None)
        }
    }
}

fn arrow_error(problem: &ArrowError) -> String {
    match problem {
        ArrowError::DivideByZero => "division by zero: NULLIF(x, 0) makes it null".into(),
        ArrowError::CastError(problem) => format!("{problem}: TRY_CAST makes it null"),
        ArrowError::ArithmeticOverflow(problem) => format!("a number is too large: {problem}"),
        ArrowError::ComputeError(problem)
        | ArrowError::InvalidArgumentError(problem)
        | ArrowError::ParseError(problem)
        | ArrowError::SchemaError(problem) => problem.clone(),
        other => other.to_string(),
    }
}

/// From "Function 'sum' failed to match any signature, errors: ... requires X, but received Y (...)., ...".
fn wrong_arguments(problem: &str) -> String {
    let name = name_in(problem).unwrap_or("the function");
    let received = problem.split("but received ").nth(1).and_then(|rest| rest.split(['(', '.', ',']).next());
    let mut wanted: Vec<&str> =
        problem.split(" requires ").skip(1).filter_map(|rest| rest.split(',').next()).collect();
    wanted.dedup();
    match (received, wanted.is_empty()) {
        (Some(received), false) => {
            format!("function '{name}' does not take {}: it takes {}", received.trim(), wanted.join(", "))
        }
        _ => format!("function '{name}' does not take arguments of these types"),
    }
}

/// The function that a message is about, to be pointed at.
fn name_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("function '").or_else(|| message.split_once("Function '"))?;
    rest.split('\'').next()
}

/// The word of the statement that a message is about, to be pointed at.
fn word_of(message: &str) -> Option<&str> {
    const CLAUSES: [(&str, &str); 4] = [
        ("LIMIT must be", "LIMIT"),
        ("OFFSET must be", "OFFSET"),
        ("Order by column out of bounds", "ORDER BY"),
        ("in the WHERE clause", "WHERE"),
    ];
    let clause = CLAUSES.iter().find(|(part, _)| message.contains(part)).map(|(_, word)| *word);
    name_in(message).or(clause).or_else(|| {
        // "Cannot cast string 'x' to value of ...", "geo_within: no place is called 'x'"
        let (_, rest) = message.split_once("annot cast string '").or(message.split_once(" is called '"))?;
        rest.split('\'').next().filter(|text| !text.is_empty())
    })
}

/// Without the words that only the engine's authors need.
fn plain(message: &str) -> String {
    // A function of ours has said what it takes.
    if let Some((_, own)) = message.split_once("user-defined coercion failed with: ") {
        return plain(own.split(" No function matches").next().unwrap_or(own));
    }
    let message = message
        .trim_start_matches("Error during planning: ")
        .trim_start_matches("This feature is not implemented: ")
        .trim_start_matches("Execution error: ")
        .trim_start_matches("Internal error: ");
    let mut letters = message.chars();
    match letters.next() {
        // Not the words of SQL, which stand in capitals.
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => message.to_owned(),
    }
}

fn span_of(span: PlanSpan) -> Span {
    let at = |line, column| Location { line, column };
    Span::new(at(span.start.line, span.start.column), at(span.end.line, span.end.column))
}

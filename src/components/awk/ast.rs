//! AWK programs as trees in which every name is resolved.

use crate::value::Str;

/// A program that can be run.
#[derive(Debug, Default)]
pub struct Program {
    pub begin: Vec<Vec<Stmt>>,
    pub rules: Vec<Rule>,
    pub end: Vec<Vec<Stmt>>,
    pub functions: Vec<Function>,
    /// The names of global variables.
    pub globals: Vec<Str>,
    /// Which of those are arrays.
    pub arrays: Vec<bool>,
}

/// What is done with some of the records.
#[derive(Debug)]
pub struct Rule {
    pub pattern: Pattern,
    /// None: the record is printed.
    pub body: Option<Vec<Stmt>>,
}

#[derive(Debug)]
pub enum Pattern {
    Always,
    When(Expr),
    /// From a record to another one.
    Range(Expr, Expr),
}

#[derive(Debug)]
pub struct Function {
    pub name: Str,
    /// Which parameters are arrays.
    pub params: Vec<bool>,
    pub body: Vec<Stmt>,
}

/// Where a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Global(usize),
    /// A parameter of the function that is running.
    Local(usize),
    Special(Special),
}

/// Variables that the language gives a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Special {
    Nf,
    Nr,
    Fnr,
    Fs,
    Ofs,
    Ors,
    Rs,
    Subsep,
    Convfmt,
    Ofmt,
    Rstart,
    Rlength,
    Filename,
    Argc,
}

pub const SPECIALS: &[(&str, Special)] = &[
    ("NF", Special::Nf),
    ("NR", Special::Nr),
    ("FNR", Special::Fnr),
    ("FS", Special::Fs),
    ("OFS", Special::Ofs),
    ("ORS", Special::Ors),
    ("RS", Special::Rs),
    ("SUBSEP", Special::Subsep),
    ("CONVFMT", Special::Convfmt),
    ("OFMT", Special::Ofmt),
    ("RSTART", Special::Rstart),
    ("RLENGTH", Special::Rlength),
    ("FILENAME", Special::Filename),
    ("ARGC", Special::Argc),
];

#[derive(Debug)]
pub enum Stmt {
    Expr(Expr),
    Print {
        args: Vec<Expr>,
        to: Option<Expr>,
    },
    Printf {
        args: Vec<Expr>,
        to: Option<Expr>,
    },
    If {
        check: Expr,
        then: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    /// `do`: the body runs before the first check.
    While {
        check: Expr,
        body: Vec<Stmt>,
        body_first: bool,
    },
    For {
        first: Option<Box<Stmt>>,
        check: Option<Expr>,
        after: Option<Box<Stmt>>,
        body: Vec<Stmt>,
    },
    ForIn {
        name: Place,
        array: Place,
        body: Vec<Stmt>,
    },
    Block(Vec<Stmt>),
    Delete {
        array: Place,
        key: Option<Vec<Expr>>,
    },
    Next,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    Break,
    Continue,
}

#[derive(Debug)]
pub enum Expr {
    Number(f64),
    Text(Str),
    /// A pattern, matched against the record unless something else is to be matched.
    Pattern(Str),
    Target(Target),
    Assign(Target, Box<Expr>),
    /// `target op= value`.
    Update(Target, Operator, Box<Expr>),
    /// `++` and `--`; the value is that before where it is `post`.
    Step {
        target: Target,
        by: f64,
        post: bool,
    },
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Positive(Box<Expr>),
    Binary(Box<Expr>, Operator, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Match {
        text: Box<Expr>,
        pattern: Box<Expr>,
        negated: bool,
    },
    In(Vec<Expr>, Place),
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// In parentheses, which cannot be assigned to.
    Group(Box<Expr>),
    /// Several expressions in parentheses, for `print` only.
    Several(Vec<Expr>),
    /// Reads a record: of the input, or of a file or program, of which there are none.
    Getline {
        target: Option<Target>,
        elsewhere: Option<Box<Expr>>,
    },
    Call(usize, Vec<Expr>),
    /// A function of the language.
    Builtin(Builtin, Vec<Expr>),
    /// A function of the surroundings, by its number.
    Host(usize, Vec<Expr>),
    Split {
        text: Box<Expr>,
        array: Place,
        separator: Option<Box<Expr>>,
    },
    Replace {
        all: bool,
        pattern: Box<Expr>,
        with: Box<Expr>,
        target: Option<Target>,
    },
}

/// What can be assigned to.
#[derive(Debug)]
pub enum Target {
    Variable(Place),
    Field(Box<Expr>),
    Element(Place, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Concat,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    Atan2,
    Close,
    Cos,
    Exp,
    Fflush,
    Index,
    Int,
    Length,
    Log,
    Match,
    Rand,
    Sin,
    Sprintf,
    Sqrt,
    Srand,
    Substr,
    System,
    Tolower,
    Toupper,
}

/// Names with the fewest and the most arguments.
pub const BUILTINS: &[(&str, Builtin, usize, usize)] = &[
    ("atan2", Builtin::Atan2, 2, 2),
    ("close", Builtin::Close, 1, 1),
    ("cos", Builtin::Cos, 1, 1),
    ("exp", Builtin::Exp, 1, 1),
    ("fflush", Builtin::Fflush, 0, 1),
    ("index", Builtin::Index, 2, 2),
    ("int", Builtin::Int, 1, 1),
    ("length", Builtin::Length, 0, 1),
    ("log", Builtin::Log, 1, 1),
    ("match", Builtin::Match, 2, 2),
    ("rand", Builtin::Rand, 0, 0),
    ("sin", Builtin::Sin, 1, 1),
    ("sprintf", Builtin::Sprintf, 1, usize::MAX),
    ("sqrt", Builtin::Sqrt, 1, 1),
    ("srand", Builtin::Srand, 0, 1),
    ("substr", Builtin::Substr, 2, 3),
    ("system", Builtin::System, 1, 1),
    ("tolower", Builtin::Tolower, 1, 1),
    ("toupper", Builtin::Toupper, 1, 1),
];

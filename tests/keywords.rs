//! Keyword lists agree everywhere: the compiler, the grammar and what each editor highlights.
//!
//! The compiler's lists are the truth where it has one (`src/syntax/words.rs`), the grammar's otherwise.

use std::collections::BTreeSet;
use std::path::Path;

use hlab::syntax::{ITEM_WORDS, RESERVED};
use serde_json::Value;

type Words = BTreeSet<String>;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Words {
    words.into_iter().map(str::to_owned).collect()
}

fn item_words() -> Words {
    words(ITEM_WORDS.iter().map(|(word, _)| *word))
}

/// The strings of a rule of the grammar, up to its closing brace.
fn of_grammar(rule: &str) -> Words {
    let grammar = read("grammar/hlab.pest");
    let start = grammar.find(&format!("\n{rule} = ")).unwrap_or_else(|| panic!("the grammar has no rule `{rule}`"));
    let body = &grammar[start..start + grammar[start..].find("\n}").expect("a rule ends")];
    words(body.split('"').skip(1).step_by(2))
}

/// The alternations `(a|b|c)` of lower-case words in the pattern of a rule of the TextMate grammar.
fn of_textmate(rule: &str) -> Vec<Words> {
    let grammar: Value =
        serde_json::from_str(&read("editors/vscode/syntaxes/hlab.tmLanguage.json")).expect("it is JSON");
    let rule = &grammar["repository"][rule];
    let pattern = rule["begin"].as_str().or(rule["match"].as_str()).expect("the rule has a pattern");
    let groups = pattern.split('(').skip(1).filter_map(|rest| rest.split_once(')')).map(|(group, _)| group);
    let is_list =
        |group: &&str| group.split('|').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
    groups.filter(is_list).map(|group| words(group.split('|'))).collect()
}

/// A list of Vim's syntax, which Neovim reads too.
fn of_vim(name: &str) -> Words {
    let syntax = read("editors/vim/syntax/hlab.vim");
    let start = format!("let s:{name} = '");
    let line = syntax.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix('\''));
    words(line.unwrap_or_else(|| panic!("Vim's syntax has no list `{name}`")).split(' '))
}

/// All words of several rules.
fn union(lists: impl IntoIterator<Item = Words>) -> Words {
    lists.into_iter().flatten().collect()
}

const RESERVED_RULES: [&str; 4] = ["control", "operator", "constant", "self"];

#[test]
fn the_grammar_has_the_words_of_the_compiler() {
    assert_eq!(of_grammar("item_word"), item_words());
    assert_eq!(of_grammar("reserved"), words(RESERVED.iter().copied()));
}

#[test]
fn what_begins_an_item_and_what_is_reserved_is_highlighted_in_every_editor() {
    assert_eq!(of_textmate("item-words")[0], item_words());
    assert_eq!(of_vim("item_words"), item_words());
    let reserved = words(RESERVED.iter().copied());
    let textmate = RESERVED_RULES.map(|class| of_textmate(&format!("reserved-{class}")).swap_remove(0));
    assert_eq!(union(textmate), reserved);
    assert_eq!(union(RESERVED_RULES.map(|class| of_vim(&format!("reserved_{class}")))), reserved);
}

#[test]
fn the_words_of_heads_clauses_and_types_are_the_same_in_every_editor() {
    let head = of_textmate("head-words");
    assert_eq!((&head[0], &head[1]), (&of_vim("head_words"), &of_vim("head_modes")));
    for (textmate, vim) in
        [("operator-words", "operator_words"), ("clause-words", "clause_words"), ("type-words", "type_words")]
    {
        assert_eq!(of_textmate(textmate)[0], of_vim(vim), "{textmate}");
    }
    assert_eq!(of_textmate("item-declaration")[0], of_vim("declaring_words"));
    assert!(of_vim("declaring_words").is_subset(&item_words()));
}

#[test]
fn clauses_and_operators_are_words_of_the_grammar() {
    let following = of_grammar("follow_word");
    assert_eq!(of_vim("following_words"), following);
    assert!(of_vim("clause_words").union(&of_vim("operator_words")).all(|word| following.contains(word)));
    let grammar = read("grammar/hlab.pest");
    // To the grammar `auto` is a name like any other: `on auto` gets its meaning later.
    let others =
        union(["head_words", "head_modes", "type_words"].map(of_vim)).into_iter().filter(|word| word != "auto");
    let missing: Vec<_> = others.filter(|word| !grammar.contains(&format!("\"{word}\""))).collect();
    assert!(missing.is_empty(), "the grammar has no {missing:?}");
}

//! The table of codes. A code and its name are stable for ever; each has a constructor beside the
//! stage that detects it, an explain page and a case, and `tests/tidy.rs` insists on all three.
//!
//! Ranges: HL00 files and lexing · HL01 syntax · HL02 names and modules · HL03 types · HL04
//! evaluation and the model · HL05 placement and lock · HL06 policies · HL07 owners and targets ·
//! HL08 secrets · HL09 the rim (files written,
//! usage; from HL0930 on, a running cluster).

/// What a diagnostic is called: a row of the table, or a policy of the library or a project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Code {
    /// A row of [`CODES`].
    Row(&'static CodeRow),
    /// `policy/NAME`.
    Policy(String),
}

/// One row of the table.
#[derive(PartialEq, Eq, Debug)]
pub struct CodeRow {
    /// `HL0302`.
    pub code: &'static str,
    /// `unknown-storage`.
    pub name: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// The explain page, in Markdown.
    pub page: &'static str,
}

impl Code {
    /// `HL0302`, or `policy/NAME`.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Code::Row(row) => row.code.to_owned(),
            Code::Policy(name) => format!("policy/{name}"),
        }
    }

    /// Both as a heading: `HL0302 unknown-storage`, or `policy/NAME`.
    #[must_use]
    pub fn heading(&self) -> String {
        match self {
            Code::Row(row) => format!("{} {}", row.code, row.name),
            Code::Policy(_) => self.id(),
        }
    }

    /// `unknown-storage`, or the policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Code::Row(row) => row.name,
            Code::Policy(name) => name,
        }
    }
}

macro_rules! codes {
    ($($constant:ident $code:literal $name:literal $title:literal;)*) => {
        $(#[doc = $title] pub static $constant: CodeRow = CodeRow {
            code: $code,
            name: $name,
            title: $title,
            page: include_str!(concat!("explain/", $code, ".md")),
        };)*

        /// Every row, sorted by code.
        pub static CODES: &[&CodeRow] = &[$(&$constant),*];
    };
}

codes! {
    NOT_UTF8 "HL0001" "not-utf8" "the file is not UTF-8 text";
    FILE_TOO_LARGE "HL0002" "file-too-large" "the file is larger than a source file may be";
    UNREADABLE_FILE "HL0003" "unreadable-file" "the file could not be read";
    UNEXPECTED_CHARACTER "HL0010" "unexpected-character" "a character that means nothing in the language";
    UNCLOSED_STRING "HL0011" "unclosed-string" "a string that does not end";
    UNKNOWN_ESCAPE "HL0012" "unknown-escape" "a backslash before something that needs none";
    CONTROL_CHARACTER "HL0013" "control-character" "a control character in a string";
    UNKNOWN_UNIT "HL0014" "unknown-unit" "a number with a unit that does not exist";
    MALFORMED_LITERAL "HL0015" "malformed-literal" "a number or an address of no known shape";
    SINGLE_QUOTES "HL0016" "single-quotes" "a text in single quotes";
    FOREIGN_COMMENT "HL0017" "foreign-comment" "a comment as another language writes it";
    INTERPOLATION "HL0018" "interpolation" "a `${…}` that does not end on its line";
    SYNTAX_ERROR "HL0101" "syntax-error" "the text is not a sentence of the language";
    UNCLOSED_BRACKET "HL0102" "unclosed-bracket" "a bracket that is never closed";
    UNOPENED_BRACKET "HL0103" "unopened-bracket" "a closing bracket with nothing open";
    MISSING_SEPARATOR "HL0104" "missing-separator" "two entries or elements with nothing between them";
    NOT_EQUALS "HL0105" "not-equals" "a field is set with something other than `=`";
    FOREIGN_OPERATOR "HL0106" "foreign-operator" "an operator as another language writes it";
    CHAINED_COMPARISON "HL0107" "chained-comparison" "a comparison of a comparison";
    CLAUSE_ORDER "HL0108" "clause-order" "the clauses of a head in another order than `: on in with`";
    REPEATED_CLAUSE "HL0109" "repeated-clause" "a clause that the head has already";
    TOO_DEEP "HL0110" "too-deep" "nesting that is deeper than a source needs";
    RESERVED_WORD "HL0111" "reserved-word" "a name that expressions keep for themselves";
    MISSING_VALUE "HL0112" "missing-value" "a place where a value must stand and none does";
    BRACE_ON_NEXT_LINE "HL0113" "brace-on-next-line" "a `{` that does not stand on the line of its head";
    NOT_CALLABLE "HL0114" "not-callable" "a call of something other than a function's name";
    NEEDS_PARENTHESES "HL0115" "needs-parentheses" "an `if` or `not` inside a tighter operator";
    STRAY_SEPARATOR "HL0116" "stray-separator" "a comma or semicolon with nothing to separate";
    STRAY_CONTINUATION "HL0117" "stray-continuation" "a line that goes on from one that cannot go on";
    MISSING_NAME "HL0118" "missing-name" "a head without the name of what it declares";
    DUPLICATE_NAME "HL0201" "duplicate-name" "two declarations of one name";
    COMPUTED_NAME "HL0202" "computed-name" "a computed name outside of a generator";
    UNKNOWN_MODULE "HL0203" "unknown-module" "`use` of a folder that is not there";
    IMPORT_CYCLE "HL0204" "import-cycle" "modules that use each other";
    NOT_AN_ITEM "HL0205" "not-an-item" "an entry that belongs inside a body";
    MISPLACED "HL0206" "misplaced-entry" "an entry where it has no meaning";
    NO_PREPOSITION "HL0208" "no-preposition" "a clause that the kind does not take";
    ONE_PLACE "HL0209" "one-place" "a list of hosts where there is one";
    UNKNOWN_NAME "HL0301" "unknown-name" "nothing is declared by this name";
    UNKNOWN_STORAGE "HL0302" "unknown-storage" "no storage of this name";
    UNKNOWN_HOST "HL0303" "unknown-host" "no host of this name";
    UNKNOWN_NETWORK "HL0304" "unknown-network" "no network of this name";
    UNKNOWN_IMAGE "HL0305" "unknown-image" "no image of this name";
    UNKNOWN_DEVICE "HL0306" "unknown-device" "no device of this name";
    UNKNOWN_FIELD "HL0307" "unknown-field" "the kind has no such field";
    UNKNOWN_KIND "HL0308" "unknown-kind" "no kind of this name";
    UNKNOWN_PROFILE "HL0309" "unknown-profile" "no profile of this name for this kind";
    UNKNOWN_TYPE "HL0310" "unknown-type" "no type of this name";
    TYPE_MISMATCH "HL0311" "type-mismatch" "another type was expected";
    NOT_A_MEMBER "HL0312" "not-a-member" "no member of the enumeration";
    MAY_BE_NULL "HL0313" "may-be-null" "a value that may be null where one must be there";
    BAD_LITERAL "HL0314" "bad-literal" "a literal without a value";
    HOST_BITS "HL0315" "host-bits" "an address where a network is expected";
    TIME_OF_DAY "HL0316" "time-of-day" "a time of day that is not quoted";
    BAD_TEXT "HL0317" "bad-text" "text that its type does not accept";
    NO_SELF "HL0318" "no-self" "`self` outside of a body";
    UNEXPECTED_GENERATOR "HL0319" "unexpected-generator" "`for` in an expression without brackets";
    AMBIGUOUS_NAME "HL0320" "ambiguous-name" "a name that means two things here";
    UNKNOWN_REFERENCE "HL0321" "unknown-reference" "no resource of this name";
    WRONG_VARIANT "HL0322" "wrong-variant" "a resource of another variant";
    NO_MEMBER "HL0323" "no-member" "a value has no such member";
    DUPLICATE_FIELD "HL0324" "duplicate-field" "a field said twice in one body";
    DERIVED_FIELD "HL0325" "derived-field" "a computed field that is set";
    NEEDS_A_KEY "HL0326" "needs-a-key" "a keyed block without its key, or a key where there is none";
    NOT_A_BLOCK "HL0327" "not-a-block" "braces after a field that is no block";
    CANNOT_APPEND "HL0328" "cannot-append" "`+=` on what has no elements";
    UNKNOWN_MODEL "HL0329" "unknown-model" "no model or variant of this name";
    RECURSION "HL0330" "recursion" "a definition that needs itself";
    NO_BODY "HL0331" "no-body" "a function without a body";
    UNKNOWN_FUNCTION "HL0332" "unknown-function" "no function of this name";
    ARGUMENTS "HL0333" "wrong-arguments" "arguments that a function does not take";
    NOT_COMPARABLE "HL0334" "not-comparable" "values that cannot be compared";
    NO_ARITHMETIC "HL0335" "no-arithmetic" "an operation that these types do not have";
    NOT_ITERABLE "HL0336" "not-iterable" "a value that holds no elements";
    BACKWARDS_RANGE "HL0337" "backwards-range" "a range that ends before it starts";
    CONSTANT_EXPECTED "HL0338" "constant-expected" "a computed value where a constant must stand";
    TOO_MUCH "HL0401" "too-much" "a bound on steps, depth or memory was reached";
    OUT_OF_RANGE "HL0402" "out-of-range" "a number or index out of range";
    VALUE_CYCLE "HL0403" "value-cycle" "a value that depends on itself";
    INPUT_MISSING "HL0404" "input-missing" "an input without a value";
    BAD_INPUT "HL0405" "bad-input" "`--set` of what is no input, or of another type";
    UNKNOWN_FACT "HL0406" "unknown-fact" "a value that needs a fact that nothing says";
    UNKNOWN_PART "HL0408" "unknown-part" "no keyed block of this name in sight";
    MISSING_FIELD "HL0409" "missing-field" "a required field that nothing says";
    MISSING_ON "HL0410" "missing-on" "a resource that does not say where it is";
    REFUSED_VALUE "HL0411" "refused-value" "a value that its type refuses";
    PROFILES_DIFFER "HL0412" "profiles-differ" "two profiles that say different things";
    NOT_GENERATED "HL0413" "not-generated" "a `for` at the top level that makes no resource";
    NAME_IS_FIXED "HL0414" "name-is-fixed" "a generated name without the loop's variable";
    FILE_UNREADABLE "HL0415" "file-unreadable" "a file named in a source that cannot be read";
    BAD_DATA "HL0416" "bad-data" "a data file that does not fit its type";
    UNKNOWN_OBJECT "HL0417" "unknown-object" "a Kubernetes kind that the cluster does not have";
    OBJECT_REFUSED "HL0418" "object-refused" "a Kubernetes object that its CRD does not take";
    OBJECT_NAMESPACE "HL0419" "object-namespace" "a namespace that is missing, or has no meaning";
    NOT_ON_HOST "HL0420" "not-on-host" "a thing that the guest's host does not have";
    REQUIREMENT "HL0421" "unmet-requirement" "what a kind or model requires does not hold";
    OLD_API "HL0422" "old-api" "a version of a Kubernetes kind that is no longer served, or soon";
    BAD_CRDS "HL0423" "bad-crds" "a CRD that cannot be read, or is there twice";
    UNCHECKED_OBJECT "HL0424" "unchecked-object" "a Kubernetes object that nothing could be compared with";
    CANNOT_PLACE "HL0501" "cannot-place" "a placement that this version cannot choose";
    LOCK_STALE "HL0502" "lock-stale" "a guest that the lock does not know";
    NO_ID_LEFT "HL0503" "no-id-left" "no id is left for a guest";
    BAD_LOCK "HL0504" "bad-lock" "a line of the lock that says nothing";
    BAD_REMOVED "HL0505" "bad-removed" "a `removed` that does not say what is gone";
    STILL_DECLARED "HL0506" "still-declared" "a name that is said to be gone and is not";
    UNKNOWN_RULE "HL0601" "unknown-rule" "no policy or code of this name";
    ALLOW_WITHOUT_REASON "HL0602" "allow-without-reason" "`allow` without `because`";
    QUADRATIC_POLICY "HL0603" "quadratic-policy" "a rule whose cost grows with the square of the lab";
    ALLOW_UNUSED "HL0604" "unused-allow" "an `allow` that excuses nothing";
    NOT_ALLOWABLE "HL0605" "not-allowable" "an `allow` of a rule without exceptions";
    TEST_PATH "HL0606" "test-path" "a test changes what is not there";
    TEST_FAILED "HL0607" "test-failed" "an expectation of a test is not met";
    IDLE_POLICY "HL0608" "idle-policy" "a policy that nothing states the facts for";
    NOT_SURVIVED "HL0609" "not-survived" "a loss that leaves a kept role without a provider";
    KEPT_BY_NOBODY "HL0610" "kept-by-nobody" "a kept role that nobody provides";
    NOT_ALL_PAIRS "HL0611" "not-all-pairs" "more pairs of hosts than `survive` looks at";
    GONE_IN_RELEASE "HL0612" "gone-in-release" "what the host's version of Proxmox VE has no more";
    CHANGED_IN_RELEASE "HL0613" "changed-in-release" "what an upgrade of Proxmox VE asks for";
    UNKNOWN_FACET "HL0701" "unknown-facet" "a facet or kind that nothing has";
    CANNOT_OWN "HL0702" "cannot-own" "an owner that cannot apply what it is given";
    ROLLOUT_CYCLE "HL0703" "rollout-cycle" "things that wait for each other";
    UNKNOWN_SYSTEM "HL0704" "unknown-system" "a target of a system or version that hlab does not know";
    RAW_REFUSED "HL0705" "raw-option-refused" "a raw option that Proxmox does not take";
    RAW_USED "HL0706" "raw-option" "an option by its own name";
    NO_PREFIX "HL0707" "no-prefix" "a static address in a network without a subnet";
    NO_ADDRESS "HL0708" "no-address" "a gateway or server without an address";
    WHICH_STORAGE "HL0709" "which-storage" "a file whose storage is not clear";
    NO_SLOT_LEFT "HL0710" "no-slot-left" "more devices than a VM has slots";
    MAPPING_KNOWS_ONE_ID "HL0711" "mapping-knows-one-id" "a device of several ids, given by a mapping that knows one";
    VALUE_REFUSED "HL0712" "value-refused" "a value that Proxmox does not take";
    NOT_IN_HOSTS "HL0714" "host-not-in-hosts" "a hosts file without the host itself";
    TARGET_CANNOT_EXPRESS "HL0720" "target-cannot-express" "the target's format has no place for a field";
    ROOT_ONLY_OPTION "HL0721" "root-only-option" "the target's login may not set an option";
    NAME_COLLISION "HL0722" "name-collision" "two resources have one name in the target";
    SLOT_GAP "HL0723" "slot-gap" "the target counts slots by position, and one before is free";
    VALUE_NOT_EXACT "HL0724" "value-not-exact" "the target can say a value only roughly";
    FOREIGN_MANIFEST "HL0725" "foreign-manifest" "a manifest is not what its kind takes";
    SECRET_OUT_OF_REACH "HL0726" "secret-out-of-reach" "the target cannot read a secret where it is";
    SHARED_LIST "HL0727" "shared-list" "the target would take away what another owner applies";
    FACET_NOT_CARRIED "HL0728" "facet-not-carried" "the target cannot own a facet at all";
    TARGET_NEEDS_SSH "HL0729" "target-needs-ssh" "the target needs SSH, and the login has none";
    BAD_LABEL "HL0730" "bad-label" "Kubernetes does not take a label";
    BROKEN_LAW "HL0731" "broken-law" "what hlab was about to write breaks a law of its target";
    SECRET_LITERAL "HL0801" "secret-literal" "a secret written in a source file";
    SECRET_AS_TEXT "HL0802" "secret-as-text" "a secret used as text";
    USAGE "HL0901" "usage" "the command line is not one that hlab knows";
    NO_PROJECT "HL0902" "no-project" "no .hlab file of the folder holds a project";
    CANNOT_READ "HL0903" "cannot-read" "a file or folder cannot be read";
    CANNOT_WRITE "HL0904" "cannot-write" "a file cannot be written";
    FOREIGN_FILE "HL0905" "foreign-file" "a file that hlab did not write is in the way";
    EDITED_FILE "HL0906" "edited-file" "an emitted file was edited by hand";
    UNSAFE_PATH "HL0907" "unsafe-path" "a file would land outside the output folder";
    BAD_MANIFEST "HL0908" "bad-manifest" "the manifest of an output folder is damaged";
    STALE_OUTPUT "HL0909" "stale-output" "committed output differs from what the source gives";
    UNFORMATTED "HL0910" "unformatted" "a file is not laid out as `hlab fmt` does";
    FILE_EXISTS "HL0911" "file-exists" "`hlab init` would replace a file";
    UNKNOWN_TOPIC "HL0912" "unknown-topic" "there is nothing of this name to explain";
    UNKNOWN_TARGET "HL0913" "unknown-target" "neither the project nor hlab knows the target";
    SHARED_PATH "HL0914" "shared-path" "two targets write the same file";
    NOT_FORGOTTEN "HL0915" "not-forgotten" "an address that the lock cannot forget";
    NOTHING_TO_IMPORT "HL0916" "nothing-to-import" "manifests that cannot become one project";
    NOT_PROVED "HL0917" "not-proved" "a project that does not give what it was imported from";
    NOT_IN_LAB "HL0918" "not-in-lab" "a command is asked about something that the lab does not have";
    NOT_SCANNED "HL0919" "not-scanned" "what a host printed cannot become facts of the lab";
    CANNOT_MOVE "HL0920" "cannot-move" "`what-if move` of what no word of a head moves";
    CONNECTION_SETTINGS "HL0930" "connection-settings" "what says how the cluster is reached is missing or contradicts";
    CLUSTER_UNREACHABLE "HL0931" "cluster-unreachable" "no member of the cluster can be reached";
    UNKNOWN_CERTIFICATE "HL0932" "unknown-certificate" "a certificate is signed by nobody who is trusted";
    OTHER_CERTIFICATE "HL0933" "other-certificate" "a certificate is not the pinned one";
    UNFIT_CERTIFICATE "HL0934" "unfit-certificate" "a certificate has expired, or is for another name";
    LOGIN_REFUSED "HL0935" "login-refused" "the cluster refuses the token or the password";
    NO_RIGHTS "HL0936" "no-rights" "the login may see nothing of the cluster";
    NOT_PROXMOX "HL0937" "not-proxmox" "what answers is not the API of Proxmox VE";
    UNANSWERED "HL0938" "unanswered" "the cluster does not answer what must be known";
}

/// The row of a code or a name.
#[must_use]
pub fn find(code_or_name: &str) -> Option<&'static CodeRow> {
    CODES.iter().copied().find(|row| row.code.eq_ignore_ascii_case(code_or_name) || row.name == code_or_name)
}

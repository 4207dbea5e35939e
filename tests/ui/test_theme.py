"""Words of people, files and models are shown as they are: in a browser, and by every call that reads Markdown."""

import ast
from pathlib import Path

import pytest

from gst_core.ui import theme

ROOT = Path(__file__).parent.parent.parent
# Calls whose first argument, label or help is Markdown.
MARKDOWN = {
    "markdown", "write", "caption", "toast", "info", "success", "warning", "error", "title", "header", "subheader",
    "button", "download_button", "link_button", "page_link", "popover", "expander", "checkbox", "toggle", "radio",
    "pills", "segmented_control", "selectbox", "multiselect", "text_input", "text_area", "number_input", "slider",
    "file_uploader", "dialog", "tabs", "spinner", "progress", "status", "metric", "badge",
}  # fmt: skip
SHOWN = {"label", "help", "text", "body"}
SAFE_CALLS = {
    "open_words",
    "plain",
    "counted",
    "len",
    "capitalize",
    "price",
}  # of ours: escaped, or numbers and our words
# What functions are given: words and numbers of ours.
GIVEN = {
    "annotate_panel.py words", "lens_bar.py label", "classes_panel.py f'Delete class and its {count}'",
    "classes_panel.py f'Merge its {count} into {theme.plain(typed)}'", "empty_states.py demo.about",
    "encoding.py _words(now, total)", "file_panel.py FIELDS[field]", "left_out_panel.py words",
    "label_import_panel.py words", "charts_panel.py label", "compare_view.py f'Side {side.upper()}'",
    "classes_panel.py f'Move it {words} in the list'",
}  # fmt: skip


def test_what_streamlit_would_replace_is_taken_apart_and_the_rest_escaped():
    assert theme.plain("*a* :red[b] <i>") == r"\*a\* \:red\[b\] \<i\>"
    assert theme.plain("two\nlines") == "two lines"
    for replaced in ("->", "<-", "--", ">=", ":material/home:", ":streamlit:", "http://x.y", "www.x.y", "me@x.y"):
        assert theme.WORD_JOINER in theme.plain(replaced), replaced


@pytest.mark.parametrize("plain", ["Grüße", "10 %", "“quoted”", "a, b; c?", "naïve café", "日本語", "a/b", "x@", "12"])
def test_common_words_are_left_as_they_are(plain):
    assert theme.plain(plain) == plain


def values_of(name, function):
    """What is given to a name in a function; None stands for what is not seen, such as a parameter."""
    arguments = function.args
    if any(one.arg == name for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)):
        yield None
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign | ast.NamedExpr | ast.AugAssign):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name) and target.id == name:
                yield node.value
            elif isinstance(target, ast.Tuple):
                given = node.value.elts if isinstance(node.value, ast.Tuple) else [None] * len(target.elts)
                yield from (
                    v for t, v in zip(target.elts, given, strict=True) if isinstance(t, ast.Name) and t.id == name
                )


def is_safe(node, function):
    """Whether an expression is made of words of ours, numbers, and what was escaped."""
    match node:
        case ast.Constant():
            return True
        case ast.JoinedStr(values=values):
            return all(is_safe(one, function) for one in values)
        case ast.FormattedValue(value=value, format_spec=spec):
            numeric = spec is not None and any(
                isinstance(s, ast.Constant) and s.value[-1] in ",f%" for s in spec.values
            )
            return numeric or is_safe(value, function)
        case ast.IfExp(body=body, orelse=orelse):
            return is_safe(body, function) and is_safe(orelse, function)
        case ast.BinOp(right=ast.Constant(value=int())) | ast.Attribute(attr="shape"):
            return True  # a number
        case ast.BinOp(left=left, right=right):
            return is_safe(left, function) and is_safe(right, function)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in SAFE_CALLS
        case ast.Name(id=name):
            values = list(values_of(name, function)) if function else []
            return name.isupper() or (bool(values) and all(is_safe(one, function) for one in values))
        case ast.Attribute(attr=name) | ast.Subscript(value=ast.Name(id=name)):
            return name.isupper()
    return False


def shown_as_markdown(tree):
    """Yield each expression that is read as Markdown, and the function that it is in."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(node): function for function in functions for node in ast.walk(function)}
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr in MARKDOWN and ast.unparse(call.func.value) != "colouring":
            first = [] if call.func.attr == "progress" else call.args[:1]
            for shown in (*first, *(one.value for one in call.keywords if one.arg in SHOWN)):
                yield shown, inside.get(id(call))


def test_no_words_but_ours_are_read_as_markdown():
    found = []
    for file in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "gst_core" / "ui").glob("*.py")]:
        for shown, function in shown_as_markdown(ast.parse(file.read_text("utf-8"))):
            if not is_safe(shown, function) and f"{file.name} {ast.unparse(shown)}" not in GIVEN:
                found.append(f"{file.name} {ast.unparse(shown)}")
    assert not found, "\n".join(found)

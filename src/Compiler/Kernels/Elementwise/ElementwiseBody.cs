using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>How elements are computed.</summary>
internal enum ElementForm
{
    /// <summary>One element by scalar arithmetic.</summary>
    Scalar,

    /// <summary>A vector of elements.</summary>
    Vector,

    /// <summary>One element as the first lane of a vector, where vectors round differently and an element's result must not depend on its place.</summary>
    Lane,
}

/// <summary>Writes the statements that compute one element, or one vector of elements, of a group.</summary>
internal sealed class ElementwiseBody(ElementwiseGroup group)
{
    /// <summary>The vector type, or null where the group cannot be computed by vectors: types differ, or an operator has no vector form.</summary>
    public string? VectorType
    {
        get
        {
            ElementType type = group.Output;
            if (type == ElementType.Bool || group.Operands.Any(o => o.Type != type) || group.Nodes.Any(n => n.Output != type && !IsMask(n))) return null;
            return group.Nodes.All(n => HasVectors(n)) ? "Vector<" + type.CSharpName() + ">" : null;
        }
    }

    /// <summary>Whether a node's result is bool inside a group of floats: a mask, where vectors are computed.</summary>
    private bool IsMask(ElementwiseNode node) => node.Output == ElementType.Bool && group.Output == ElementType.Float32;

    /// <summary>Whether a node has a vector form, and no bool among its operands that is not the mask of an earlier node.</summary>
    private bool HasVectors(ElementwiseNode node)
        => VectorText(Call(node, node.Sources.Select(s => s is Source.Nothing ? "" : "x")), node) is not null && !node.Sources.Any(s => s is Source.Literal && s.Type != group.Output)
            && (node.Operator is not Where || node.Sources[0] is Source.Inner);

    private static string? VectorText(ElementwiseCall call, ElementwiseNode node) => node.Output == ElementType.Bool ? node.Operator.Mask(call) : node.Operator.Vector(call);

    /// <summary>Whether every node has an expression for its types.</summary>
    public bool IsComplete => group.Nodes.All(n => n.Operator.Scalar(Call(n, n.Sources.Select(s => s is Source.Nothing ? "" : "x"))) is not null);

    /// <summary>Whether vector and scalar forms give the same bits.</summary>
    public bool IsVectorExact => group.Nodes.All(n => n.Operator.IsVectorExact(n.Node));

    /// <summary>Whether integer arithmetic occurs, which must not throw in a checked project.</summary>
    public bool HasIntegers => group.Operands.Any(o => o.Type.IsInteger()) || group.Nodes.Any(n => n.Output.IsInteger());

    /// <summary>Writes the statements.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="operands">The C# of each outer operand's element or vector.</param>
    /// <param name="target">What the result is assigned to.</param>
    /// <param name="form">The form.</param>
    /// <param name="suffix">What makes the names of variables unique in the method.</param>
    public void Write(SourceWriter code, ImmutableArray<string> operands, string target, ElementForm form, string suffix = "")
    {
        var writer = new Statements(code, group, operands, form, suffix);
        for (int i = 0; i < group.Nodes.Length - 1; i++) writer.WriteLocal(i);
        writer.WriteResult(target);
    }

    private static ElementwiseCall Call(ElementwiseNode node, IEnumerable<string> operands) => new(
        node.Node,
        [.. node.Sources.Select(s => s.Type)],
        node.Output,
        [.. operands],
        [.. node.Sources.Select(s => s is Source.Literal l ? (l.Type.IsFloat() || l.Type == ElementType.UInt64 ? l.Real : l.Integer) : (double?)null)]);

    private sealed class Statements(SourceWriter code, ElementwiseGroup group, ImmutableArray<string> operands, ElementForm form, string suffix)
    {
        private readonly string[] _results = new string[group.Nodes.Length];
        private readonly string?[] _loaded = new string?[operands.Length];
        private int _locals;

        public void WriteLocal(int index)
        {
            ElementwiseNode node = group.Nodes[index];
            string name = NewName();
            string expression = Expression(node);
            string type = form == ElementForm.Vector ? "Vector<" + (node.Output == ElementType.Bool ? "int" : node.Output.CSharpName()) + ">" : node.Output.IsShortFloat() ? "float" : node.Output.CSharpName()!;
            code.Line($"{type} {name} = {(form == ElementForm.Vector ? expression : (node.Output.IsShortFloat() ? "(float)" : "") + ElementwiseExpressions.Store(node.Output, expression))};");
            _results[index] = name;
        }

        public void WriteResult(string target)
        {
            ElementwiseNode node = group.Nodes[group.Nodes.Length - 1];
            string expression = TrimParentheses(Expression(node));
            code.Line($"{target} = {(form == ElementForm.Vector ? expression : ElementwiseExpressions.Store(node.Output, expression))};");
        }

        private string Expression(ElementwiseNode node)
        {
            // An operand that occurs more than once is read once.
            string[] marks = [.. node.Sources.Select((s, i) => s is Source.Nothing ? "" : "\u0001" + i.ToString(CultureInfo.InvariantCulture) + "\u0002")];
            string shape = Text(node, marks)!;
            string[] names = [.. node.Sources.Select((s, i) => s is Source.Nothing ? "" : Operand(s, Count(shape, marks[i]) > 1))];
            SeparateTwins(names);
            if (form != ElementForm.Lane) return Text(node, names)!;
            string type = "new Vector<" + node.Output.CSharpName() + ">(";
            return node.Operator.IsVectorExact(node.Node) ? node.Operator.Scalar(Call(node, names))!
                : Wrap(node.Operator.Vector(Call(node, names.Select(n => n.Length == 0 ? n : type + n.Trim('(', ')') + ")")))!) + "[0]";
        }

        private string? Text(ElementwiseNode node, IEnumerable<string> names)
            => form == ElementForm.Vector ? VectorText(Call(node, names), node) : node.Operator.Scalar(Call(node, names));

        /// <summary>The compiler warns of comparing a variable with itself.</summary>
        private void SeparateTwins(string[] names)
        {
            for (int i = 1; i < names.Length; i++)
            {
                if (names[i].Length == 0 || !IsName(names[i]) || !names.Take(i).Contains(names[i])) continue;
                string twin = NewName();
                code.Line($"var {twin} = {names[i]};");
                names[i] = twin;
            }
        }

        private string Operand(Source source, bool repeated) => source switch
        {
            Source.Inner inner => _results[inner.Node],
            Source.Literal literal => LiteralText(literal),
            Source.Outer outer => _loaded[outer.Index] ?? (repeated && !IsName(operands[outer.Index]) ? Load(outer) : operands[outer.Index]),
            _ => "",
        };

        private string LiteralText(Source.Literal literal)
        {
            string text = ElementwiseExpressions.Literal(literal.Type, literal.Real, literal.Integer);
            if (form != ElementForm.Vector) return text;
            string type = "Vector<" + literal.Type.CSharpName() + ">";
            return literal.Real == 0 && text[0] != '(' ? type + ".Zero" : literal.Real == 1 ? type + ".One" : "new " + type + "(" + text.Trim('(', ')') + ")";
        }

        private string Load(Source.Outer outer)
        {
            string name = NewName();
            string type = form == ElementForm.Vector ? "Vector<" + outer.Type.CSharpName() + ">" : outer.Type.IsShortFloat() ? "float" : outer.Type.CSharpName()!;
            code.Line($"{type} {name} = {operands[outer.Index]};");
            return _loaded[outer.Index] = name;
        }

        private string NewName() => "v" + suffix + (suffix.Length > 0 ? "_" : "") + (_locals++).ToString(CultureInfo.InvariantCulture);

        private static string Wrap(string expression) => "(" + expression + ")";

        private static bool IsName(string text) => text.All(c => char.IsLetterOrDigit(c) || c == '_') && !char.IsDigit(text[0]);

        private static string TrimParentheses(string text)
        {
            if (text.Length < 2 || text[0] != '(') return text;
            int depth = 0;
            for (int i = 0; i < text.Length - 1; i++)
            {
                depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
                if (depth == 0) return text;
            }

            return text.Substring(1, text.Length - 2);
        }

        private static int Count(string text, string mark)
        {
            if (mark.Length == 0) return 0;
            int count = 0;
            for (int at = text.IndexOf(mark, System.StringComparison.Ordinal); at >= 0; at = text.IndexOf(mark, at + mark.Length, System.StringComparison.Ordinal)) count++;
            return count;
        }
    }
}

using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>Writes the loop nest of a group: outer loops that slice rows, an inner loop over vectors, and one over what they leave.</summary>
internal sealed class ElementwiseLoops(StepWriter writer, ElementwiseGroup group, ElementwiseBody body, BroadcastLoops nest, ImmutableArray<string> spans)
{
    /// <summary>No vector is wider than this, so that rows of a multiple of it leave nothing over.</summary>
    private const int WidestVectorBytes = 64;

    /// <summary>The names of the outer loops' indices.</summary>
    private static readonly string[] IndexNames = ["n", "m", "k", "l"];

    private readonly string[] _rows = new string[spans.Length];
    private string _target = writer.Output(0);

    /// <summary>Writes everything.</summary>
    public void Write(bool vectors)
    {
        var scopes = new Stack<SourceWriter.BlockScope>();
        for (int l = 0; l < nest.Outer.Length; l++)
        {
            string index = Index(l);
            scopes.Push(writer.Block($"for (int {index} = 0; {index} < {Text(nest.Loops[l].Length)}; {index}++)"));
        }

        WriteRows();
        if (vectors) WriteVectors();
        else WriteElements("0", ElementForm.Scalar);
        while (scopes.Count > 0) scopes.Pop().Dispose();
    }

    /// <summary>Declares the row of each operand: a slice, or one element where the innermost loop does not move it.</summary>
    private void WriteRows()
    {
        bool sliced = nest.Outer.Length > 0;
        for (int k = 0; k < spans.Length; k++)
        {
            OuterOperand operand = group.Operands[k];
            string offset = Offset(nest.Outer.Select(l => l.Strides[k]));
            if (nest.Inner.Strides[k] == 0)
            {
                _rows[k] = Unique(spans[k] + "0", k);
                string type = operand.Type.IsShortFloat() ? "float" : operand.Type.CSharpName()!;
                writer.Line($"{type} {_rows[k]} = {ElementwiseExpressions.Load(operand.Type, spans[k], offset)};");
            }
            else if (offset == "0")
            {
                _rows[k] = spans[k];
            }
            else
            {
                _rows[k] = Unique(spans[k] + "Row", k);
                writer.Line($"ReadOnlySpan<{operand.Type.CSharpName()}> {_rows[k]} = {spans[k]}.Slice({offset}, {Text(nest.Inner.Length)});");
            }
        }

        if (!sliced) return;
        _target = writer.Output(0) + "Row";
        writer.Line($"Span<{group.Output.CSharpName()}> {_target} = {writer.Output(0)}.Slice({Offset(OutputStrides())}, {Text(nest.Inner.Length)});");
    }

    private void WriteVectors()
    {
        string element = group.Output.CSharpName()!;
        string vector = "Vector<" + element + ">";
        string[] names = new string[_rows.Length];
        for (int k = 0; k < _rows.Length; k++)
        {
            if (nest.Inner.Strides[k] == 0)
            {
                names[k] = _rows[k] + "Vector";
                writer.Line($"{vector} {names[k]} = new {vector}({_rows[k]});");
            }
            else
            {
                string name = _rows[k] + "Vectors";
                if (!_rows.Take(k).Contains(_rows[k])) writer.Line($"ReadOnlySpan<{vector}> {name} = MemoryMarshal.Cast<{element}, {vector}>({_rows[k]});");
                names[k] = name + "[i]";
            }
        }

        string target = _target + "Vectors";
        writer.Line($"Span<{vector}> {target} = MemoryMarshal.Cast<{element}, {vector}>({_target});");
        using (writer.Block($"for (int i = 0; i < {target}.Length; i++)")) body.Write(writer.Code, [.. names], target + "[i]", ElementForm.Vector);
        if ((long)nest.Inner.Length * group.Output.Bytes() % WidestVectorBytes == 0) return;
        writer.Line();
        WriteElements($"{target}.Length * {vector}.Count", body.IsVectorExact ? ElementForm.Scalar : ElementForm.Lane);
    }

    private void WriteElements(string from, ElementForm form)
    {
        ImmutableArray<string> operands = [.. _rows.Select((r, k) => nest.Inner.Strides[k] == 0 ? r : ElementwiseExpressions.Load(group.Operands[k].Type, r, "i"))];
        using (writer.Block($"for (int i = {from}; i < {Text(nest.Inner.Length)}; i++)")) body.Write(writer.Code, operands, _target + "[i]", form);
    }

    private Stack<int> OutputStrides()
    {
        int stride = nest.Inner.Length;
        var strides = new Stack<int>();
        foreach (Loop loop in nest.Outer.Reverse())
        {
            strides.Push(stride);
            stride *= loop.Length;
        }

        return strides;
    }

    /// <summary>The sum of the outer indices times their strides.</summary>
    private static string Offset(IEnumerable<int> strides)
    {
        string[] terms = [.. strides.Select((s, l) => s == 0 ? "" : s == 1 ? Index(l) : Index(l) + " * " + Text(s)).Where(t => t.Length > 0)];
        return terms.Length == 0 ? "0" : string.Join(" + ", terms.Length == 1 ? terms : terms.Select(t => t.Contains('*') ? "(" + t + ")" : t));
    }

    /// <summary>A name, with a number where the same tensor is read in two ways.</summary>
    private string Unique(string name, int k) => _rows.Take(k).Contains(name) ? name + "_" + Text(k) : name;

    private static string Index(int loop) => loop < IndexNames.Length ? IndexNames[loop] : "i" + Text(loop);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

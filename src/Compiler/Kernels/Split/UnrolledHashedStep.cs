using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>
/// A small product of one vector with a hashed matrix as straight-line code: weights of 0 vanish, equal ones share a product (input-wise
/// splitting) or a sum (output factorisation), whichever takes fewer multiplications. Doublings are additions, unless the code is to be the
/// strict count of the reports (docs/decisions/0007-lowerings.md).
/// </summary>
internal sealed class UnrolledHashedStep(DenseLayer dense, SplitLayer layer, bool doubles) : Step
{
    /// <summary>Terms in a parenthesis, which fill a line: sums of sums depend less on one another than one long chain.</summary>
    private const int TermsPerLine = 4;

    private readonly LoweringWork _work = LoweringCounter.Fewest([LoweringCounter.TapProducts(layer), LoweringCounter.OutputSums(layer)]);

    /// <summary>The lowering's name.</summary>
    public string Name => _work.Name(layer);

    /// <inheritdoc/>
    public override string Kernel => "Hashed.Unrolled";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    private Magnitudes Magnitudes => layer.Magnitudes;

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        bool shares = _work.Lowering == SplitLowering.TapProducts;
        writer.Line(shares
            ? "// Input-wise splitting: equal weights of an input share one product."
            : "// Output factorisation: inputs of equal weights are summed, then multiplied once.");
        for (int j = 0; j < dense.Inputs; j++)
        {
            if (layer.ByColumn[j].Count == 0) continue;
            writer.Line($"float x{j} = {writer.Input(0)}[{j}];");
            if (shares) WriteProducts(writer, j);
        }

        for (int i = 0; i < dense.Outputs; i++) WriteOutput(writer, i, shares ? Products(i) : Sums(i));
    }

    /// <summary>The weight's magnitude and sign; 0 for the value 0.</summary>
    private int Map(int i, int j) => Magnitudes.Maps[layer.Matrix.Indices[(i * dense.Inputs) + j]];

    /// <summary>The products of an input, by a name each; 1 · x has none.</summary>
    private void WriteProducts(StepWriter writer, int j)
    {
        for (int m = 0; m < Magnitudes.Count; m++)
        {
            if (Magnitudes.Values[m] == 1 || !layer.ByColumn[j].Contains(m)) continue;
            writer.Line($"float {Product(j, m)} = {(doubles ? Doubled(j, m) : null) ?? CSharpLiteral.Of(Magnitudes.Values[m]) + " * x" + CSharpLiteral.Of(j)};");
        }
    }

    /// <summary>A product as the double of the input or of another product; null where there is none to double.</summary>
    private string? Doubled(int j, int m)
    {
        float half = Magnitudes.Values[m] / 2;
        int other = Magnitudes.Values.IndexOf(half);
        if (half != 1 && (other < 0 || other >= m || !layer.ByColumn[j].Contains(other))) return null;
        string name = half == 1 ? "x" + CSharpLiteral.Of(j) : Product(j, other);
        return name + " + " + name;
    }

    private static string Product(int j, int m) => "x" + CSharpLiteral.Of(j) + "_" + CSharpLiteral.Of(m);

    private List<Addend> Products(int i)
    {
        var addends = new List<Addend>();
        for (int j = 0; j < dense.Inputs; j++)
        {
            int map = Map(i, j);
            if (map == 0) continue;
            int m = Math.Abs(map) - 1;
            addends.Add(new Addend(map < 0, Magnitudes.Values[m] == 1 ? "x" + CSharpLiteral.Of(j) : Product(j, m)));
        }

        return addends;
    }

    private List<Addend> Sums(int i)
    {
        bool isScaled = !Magnitudes.Scales.IsEmpty;
        var addends = new List<Addend>();
        for (int m = 0; m < Magnitudes.Count; m++)
        {
            int[] inputs = [.. Enumerable.Range(0, dense.Inputs).Where(j => Math.Abs(Map(i, j)) == m + 1)];
            if (inputs.Length == 0) continue;
            float value = isScaled ? Magnitudes.Scales[i] * Magnitudes.Values[m] : Magnitudes.Values[m];
            // A sum begins with a positive term where it has one.
            bool turns = inputs.All(j => Map(i, j) < 0);
            string sum = Line([.. inputs.OrderBy(j => turns == Map(i, j) < 0 ? 0 : 1).ThenBy(j => j).Select(j => new Addend(turns != Map(i, j) < 0, "x" + CSharpLiteral.Of(j)))]);
            if (inputs.Length > 1) sum = "(" + sum + ")";
            bool isOne = !isScaled && value == 1;
            addends.Add(new Addend(turns != value < 0, isOne ? sum : CSharpLiteral.Of(Math.Abs(value)) + " * " + sum));
        }

        return addends;
    }

    private void WriteOutput(StepWriter writer, int i, List<Addend> addends)
    {
        string target = writer.Output(0) + "[" + CSharpLiteral.Of(i) + "]";
        float bias = dense.Bias is null ? 0 : dense.Bias[i];
        float scale = _work.Lowering == SplitLowering.TapProducts && !Magnitudes.Scales.IsEmpty ? Magnitudes.Scales[i] : 1;
        if (addends.Count == 0)
        {
            writer.Line($"{target} = {dense.Activation.Apply(CSharpLiteral.Of(bias))};");
            return;
        }

        if (addends.Count == 1)
        {
            // The sign of a single term goes into its scale.
            string sign = addends[0].IsNegative ? "-" : "";
            string term = scale == 1 ? sign + addends[0].Text : CSharpLiteral.Of(addends[0].IsNegative ? -scale : scale) + " * " + addends[0].Text;
            writer.Line($"{target} = {dense.Activation.Apply(WithBias(bias, term))};");
            return;
        }

        string name = "sum" + CSharpLiteral.Of(i);
        List<List<Addend>> lines = [];
        // A factorised sum is long and has parentheses of its own.
        int length = _work.Lowering == SplitLowering.TapProducts ? TermsPerLine : 1;
        for (int start = 0; start < addends.Count; start += length) lines.Add(addends.GetRange(start, Math.Min(length, addends.Count - start)));
        writer.Line($"float {name} = {Line(lines[0])}{(lines.Count == 1 ? ";" : "")}");
        using (writer.Code.Indent())
        {
            for (int l = 1; l < lines.Count; l++)
            {
                string line = lines[l].Count > 1 ? "+ (" + Line(lines[l]) + ")" : (lines[l][0].IsNegative ? "- " : "+ ") + lines[l][0].Text;
                writer.Line(line + (l == lines.Count - 1 ? ";" : ""));
            }
        }

        writer.Line($"{target} = {dense.Activation.Apply(WithBias(bias, scale == 1 ? name : CSharpLiteral.Of(scale) + " * " + name))};");
    }

    private static string WithBias(float bias, string value)
        => bias == 0 ? value : CSharpLiteral.Of(bias) + " + " + (value.Contains(" ") || value[0] == '-' ? "(" + value + ")" : value);

    private static string Line(List<Addend> addends)
    {
        string text = (addends[0].IsNegative ? "-" : "") + addends[0].Text;
        foreach (Addend addend in addends.Skip(1)) text += (addend.IsNegative ? " - " : " + ") + addend.Text;
        return text;
    }

    /// <summary>A term of a sum.</summary>
    private readonly record struct Addend(bool IsNegative, string Text);
}

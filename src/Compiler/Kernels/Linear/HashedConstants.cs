using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>
/// The weights of a layer as generated code holds them when they are hashed: a byte an index, the codebook, a scale an output. Index i
/// is the byte First + i, so that an index is a printable character.
/// </summary>
internal sealed class HashedConstants
{
    /// <summary>The byte of index 0 where nothing speaks against it: <c>'0'</c>, from where 44 characters need no escape.</summary>
    private const int Preferred = '0';

    /// <summary>Codes that a byte of a literal of single-byte characters can hold.</summary>
    private const int Codes = 128;

    /// <summary>Outputs in a panel of indices (<c>HashedDense.PanelWidth</c>).</summary>
    private const int PanelWidth = 16;

    /// <summary>Larger steps of whole numbers are a table: nothing makes them.</summary>
    private const int MostStep = 127;

    private HashedConstants(HashedMatrix matrix)
    {
        Matrix = matrix;
        First = FirstCode(matrix.Indices, matrix.Codebook.Length);
    }

    /// <summary>The matrix.</summary>
    public HashedMatrix Matrix { get; }

    /// <summary>The byte of index 0.</summary>
    public int First { get; }

    /// <summary>How a summary goes on: <c>, 31 weight values</c>.</summary>
    public string Text => Matrix.ValueCount == 1 ? ", one weight value" : ", " + CSharpLiteral.Of(Matrix.ValueCount) + " weight values";

    /// <summary>The codebook.</summary>
    public Weight Values => Weight.Of("Values", [.. Matrix.Codebook]);

    /// <summary>The scales; null: all 1.</summary>
    public Weight? Scales => Matrix.Scales.IsEmpty ? null : Weight.Of("Scales", [.. Matrix.Scales]);

    /// <summary>The hashed form of a constant; null where it is not hashed, or where the layer computes with other weights (a factor, another order).</summary>
    /// <param name="name">The initializer.</param>
    /// <param name="rows">The weights that the layer computes with, outputs × columns.</param>
    /// <param name="context">The context.</param>
    public static HashedConstants? TryRead(string name, float[] rows, KernelContext context)
        => context.Hashed(name) is { } matrix && matrix.ToRows().AsSpan().SequenceEqual(rows) ? new HashedConstants(matrix) : null;

    /// <summary>The hashed form of a run of rows of a constant; null where it is not hashed, or where the layer computes with other weights.</summary>
    /// <param name="name">The initializer.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">The weights that the layer computes with, outputs × columns.</param>
    /// <param name="columns">Columns of a row.</param>
    /// <param name="context">The context.</param>
    public static HashedConstants? TryReadRows(string name, int firstRow, float[] rows, int columns, KernelContext context)
    {
        if (context.Hashed(name) is not { } whole || whole.Columns != columns) return null;
        HashedMatrix matrix = whole.Slice(firstRow, rows.Length / columns);
        return matrix.ToRows().AsSpan().SequenceEqual(rows) ? new HashedConstants(matrix) : null;
    }

    /// <summary>Weights that are expanded to rows, outputs × columns.</summary>
    public Weight ToRows() => Expanded("ToRows", "");

    /// <summary>Weights that are expanded to what Convolution reads.</summary>
    public Weight ToConvBlocks(int groups) => Expanded("ToConvBlocks", "groups: " + CSharpLiteral.Of(groups) + ", ");

    /// <summary>Weights that are expanded to what channels-last convolutions read.</summary>
    public Weight ToLanePanels(int groups, int taps) => Expanded("ToLanePanels", "groups: " + CSharpLiteral.Of(groups) + ", taps: " + CSharpLiteral.Of(taps) + ", ");

    /// <summary>Weights that are expanded to what channels-last depthwise convolutions read.</summary>
    public Weight ToTapRows() => Expanded("ToTapRows", "");

    /// <summary>Weights that are expanded to what convolutions of constant sizes read.</summary>
    public Weight ToTapRows(int taps) => Expanded("ToTapRows", "taps: " + CSharpLiteral.Of(taps) + ", ");

    /// <summary>Weights that are expanded to what Dense reads.</summary>
    public Weight ToBlocks() => Expanded("ToBlocks", "");

    /// <summary>Weights that are expanded to what Gemm reads.</summary>
    public Weight ToPanels() => Expanded("ToPanels", "");

    /// <summary>Weights that are expanded to what TransposedConvolution reads.</summary>
    public Weight ToTransposedPanels(int groups, int taps) => Expanded("ToTransposedPanels", "groups: " + CSharpLiteral.Of(groups) + ", taps: " + CSharpLiteral.Of(taps) + ", ");

    /// <summary>Whether two weights fit one float: the values are levels, or they, sums of two codes included, end in 16 zero bits.</summary>
    public bool ArePairs => Matrix.Fine is { } fine
        ? Matrix.Codebook.All(c => fine.Values.All(f => HasHalf(c + f)))
        : IsLevels(out _, out _) || Matrix.Codebook.All(HasHalf);

    /// <summary>Weights that are expanded to pairs, as HashedDense.RunPairs reads them. The kernel scales its sums: levels have their step there.</summary>
    /// <param name="scales">One factor an output; null: all 1.</param>
    public Weight ToPairs(out float[]? scales)
    {
        if (Matrix.Fine is not null)
        {
            scales = Scales is null ? null : [.. Matrix.Scales];
            string sizes = $"outputs: {CSharpLiteral.Of(Matrix.Outputs)}, columns: {CSharpLiteral.Of(Matrix.Columns)}";
            return new Weight("Weights", Graphs.ElementType.Float32, default)
            {
                Transform = new WeightTransform("HashedDigits.ToPairs", Expanded("ToBlocks", "", null), sizes, (Matrix.Columns + 1) / 2 * (long)Matrix.Outputs),
            };
        }

        bool levels = IsLevels(out int zero, out float step);
        scales = Matrix.Scales.IsEmpty ? null : [.. Matrix.Scales];
        if (levels && step != 1) scales = [.. Enumerable.Range(0, Matrix.Outputs).Select(i => Matrix.Scale(i) * step)];
        string values = levels ? LevelsText(zero) : "";
        return new Weight("Weights", Graphs.ElementType.Float32, default)
        {
            Expansion = new WeightExpansion("HashedWeights.ToPairs", Codewords(), levels ? null : Values, values, null, Sizes("")) { TakesScales = false },
        };
    }

    /// <summary>The indices as HashedDense reads them: [panel of 16 outputs][column][output of the panel].</summary>
    public Weight PanelIndices()
    {
        ReadOnlySpan<byte> indices = Matrix.Indices;
        int panels = (Matrix.Outputs + PanelWidth - 1) / PanelWidth;
        var codes = new byte[panels * PanelWidth * Matrix.Columns];
        codes.AsSpan().Fill((byte)First);
        for (int i = 0; i < Matrix.Outputs; i++)
        {
            int start = (i / PanelWidth * PanelWidth * Matrix.Columns) + (i % PanelWidth);
            for (int j = 0; j < Matrix.Columns; j++) codes[start + (j * PanelWidth)] = (byte)(First + indices[(i * Matrix.Columns) + j]);
        }

        return Weight.OfText("Indices", codes);
    }

    /// <summary>Reads the codebook as step × (… −1, 0, 1 …), exactly; false where it is none or has no zero.</summary>
    /// <param name="zero">The index of the value 0.</param>
    /// <param name="step">The distance of two values.</param>
    public bool IsLevels(out int zero, out float step)
    {
        ImmutableArray<float> values = Matrix.Codebook;
        zero = values.IndexOf(0f);
        step = 0;
        if (zero < 0 || values.Length < 2) return false;
        step = zero + 1 < values.Length ? values[zero + 1] : -values[zero - 1];
        for (int k = 0; k < values.Length; k++)
            if (values[k] != step * (k - zero)) return false;
        return true;
    }

    /// <summary>The first code with which the literal is shortest; among equals the one nearest to the preferred.</summary>
    internal static int FirstCode(ReadOnlySpan<byte> indices, int values)
    {
        var counts = new long[values];
        foreach (byte index in indices) counts[index]++;
        long Length(int first) => counts.Select((count, k) => count * ByteText.Width(first + k)).Sum();
        return Enumerable.Range(0, Codes - values + 1).OrderBy(Length).ThenBy(first => Math.Abs(first - Preferred)).First();
    }

    private Weight Expanded(string function, string sizes) => Expanded(function, sizes, Scales);

    private Weight Expanded(string function, string sizes, Weight? scales)
    {
        string levels = Levels(Matrix.Codebook);
        if (scales is null && Matrix.Fine is null && Matrix.Outputs < Matrix.Codebook.Length && IsLevels(out int zero, out float step) && step != 1)
        {
            // A few equal scales are shorter than the codebook, and whole numbers times them the same floats.
            levels = LevelsText(zero);
            scales = Weight.Of("Scales", [.. Enumerable.Repeat(step, Matrix.Outputs)]);
        }

        return new Weight("Weights", Graphs.ElementType.Float32, default)
        {
            Expansion = new WeightExpansion("HashedWeights." + function, Codewords(), levels.Length > 0 ? null : Values, levels, scales, Sizes(sizes)) { Fine = Fine(sizes) },
        };
    }

    /// <summary>The digits of the second code; null where there is none.</summary>
    private FineExpansion? Fine(string sizes)
    {
        if (Matrix.Fine is not { } fine) return null;
        byte[] codes = fine.Pack();
        int first = FirstCode(codes, codes.Length == 0 ? 1 : codes.Max() + 1);
        for (int i = 0; i < codes.Length; i++) codes[i] = (byte)(first + codes[i]);
        string levels = Levels(fine.Values);
        return new FineExpansion(
            Weight.OfText("Digits", codes), levels.Length > 0 ? null : Weight.Of("FineValues", [.. fine.Values]), levels,
            $"first: {CSharpLiteral.Of(first)}, radix: {CSharpLiteral.Of(fine.Values.Length)}, count: {CSharpLiteral.Of(Matrix.Count)}",
            $"first: 0, {sizes}outputs: {CSharpLiteral.Of(Matrix.Outputs)}, columns: {CSharpLiteral.Of(Matrix.Columns)}");
    }

    /// <summary>Whole numbers at equal distances need no table: the call that makes them; empty for other values.</summary>
    private static string Levels(ImmutableArray<float> values)
    {
        float step = values.Length > 1 ? values[1] - values[0] : 0;
        if (step < 1 || step > MostStep || step != (int)step || Math.Abs(values[0]) > MostStep * Codes || values[0] != (int)values[0]) return "";
        for (int k = 0; k < values.Length; k++)
            if (values[k] != values[0] + (k * step)) return "";
        string ends = $"({CSharpLiteral.Of((int)values[0])}, {CSharpLiteral.Of((int)values[^1])}";
        return step == 1 ? "HashedWeights.Levels" + ends + ")" : "HashedDigits.Steps" + ends + $", step: {CSharpLiteral.Of((int)step)})";
    }

    private static bool HasHalf(float value) => (System.Runtime.CompilerServices.Unsafe.As<float, uint>(ref value) & 0xFFFF) == 0;

    private string LevelsText(int zero) => $"HashedWeights.Levels({CSharpLiteral.Of(-zero)}, {CSharpLiteral.Of(Matrix.Codebook.Length - 1 - zero)})";

    private string Sizes(string more) => $"first: {CSharpLiteral.Of(First)}, {more}outputs: {CSharpLiteral.Of(Matrix.Outputs)}, columns: {CSharpLiteral.Of(Matrix.Columns)}";

    /// <summary>The indices in the matrix' own order.</summary>
    private Weight Codewords()
    {
        var codes = new byte[Matrix.Count];
        ReadOnlySpan<byte> indices = Matrix.Indices;
        for (int i = 0; i < codes.Length; i++) codes[i] = (byte)(First + indices[i]);
        return Weight.OfText("Indices", codes);
    }
}

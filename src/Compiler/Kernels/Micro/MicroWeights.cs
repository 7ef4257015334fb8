using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// The weights of a layer as a microcontroller reads them from flash, each decoded where it is used: w[i, j] = scale[i] · code[i, j]. Codes are integers of one byte or
/// two, converted by the FPU in the time that a look-up takes; else positions in a table of values; weights that are not hashed are floats.
/// </summary>
internal sealed class MicroWeights
{
    private readonly int _columns;
    private readonly float[] _codes;
    private readonly float[] _table;
    private readonly ElementType _type;

    private MicroWeights(int columns, float[] codes, float[] table, ElementType type, float[] scales)
    {
        (_columns, _codes, _table, _type, Scales) = (columns, codes, table, type, scales);
    }

    /// <summary>One factor an output; empty: all 1.</summary>
    public float[] Scales { get; }

    /// <summary>The C# type of a code.</summary>
    public string CSharp => _type.CSharpName()!;

    /// <summary>Whether codes are positions in a table.</summary>
    public bool HasTable => _table.Length > 0;

    /// <summary>Whether weights are whole numbers times their output's scale.</summary>
    public bool IsWhole => _type is ElementType.Int8 or ElementType.Int16;

    /// <summary>How summaries name the form.</summary>
    public string Text => HasTable ? $"{_table.Length} values" : _type == ElementType.Float32 ? "float weights" : _type == ElementType.Int8 ? "weights of a byte" : "weights of two bytes";

    /// <summary>Reads the weights of a layer.</summary>
    /// <param name="outputs">Rows.</param>
    /// <param name="rows">outputs × columns, the floats that the layer means.</param>
    /// <param name="hashed">Their codebook; null, or of other floats than those: they are taken as floats.</param>
    public static MicroWeights Of(int outputs, float[] rows, HashedMatrix? hashed)
    {
        int columns = rows.Length / Math.Max(1, outputs);
        if (hashed is null || hashed.Outputs != outputs || hashed.Columns != columns || !hashed.ToRows().AsSpan().SequenceEqual(rows))
            return new MicroWeights(columns, rows, [], ElementType.Float32, []);
        float[] scales = hashed.Scales.IsEmpty || hashed.Scales.All(s => s == 1f) ? [] : [.. hashed.Scales];
        float[] codes = new float[rows.Length];
        ReadOnlySpan<byte> indices = hashed.Indices;
        for (int i = 0; i < codes.Length; i++) codes[i] = hashed.Codebook[indices[i]] + (hashed.Fine is null ? 0f : hashed.Fine.Values[hashed.Fine.Digits[i]]);
        if (codes.All(c => c == Math.Round(c) && Math.Abs(c) <= 127)) return new MicroWeights(columns, codes, [], ElementType.Int8, scales);
        if (codes.All(c => c == Math.Round(c) && Math.Abs(c) <= short.MaxValue)) return new MicroWeights(columns, codes, [], ElementType.Int16, scales);
        float[] table = [.. hashed.Codebook];
        if (hashed.Fine is not null) return new MicroWeights(columns, rows, [], ElementType.Float32, []);
        return new MicroWeights(columns, [.. indices.ToArray().Select(b => (float)b)], table, ElementType.UInt8, scales);
    }

    /// <summary>
    /// The constants: <c>Weights</c>, in blocks of outputs, [block][column][output of the block], a last block of fewer at the end; <c>Values</c>; <c>Scales</c>; <c>Bias</c>.
    /// </summary>
    public ImmutableArray<Weight> Constants(int block, float[]? bias)
    {
        int outputs = _codes.Length / _columns;
        var order = new List<float>(_codes.Length);
        for (int first = 0; first < outputs; first += block)
            for (int j = 0; j < _columns; j++)
                for (int i = first; i < Math.Min(outputs, first + block); i++) order.Add(_codes[(i * _columns) + j]);
        ImmutableArray<Weight>.Builder weights = ImmutableArray.CreateBuilder<Weight>();
        weights.Add(Encoded([.. order]));
        if (HasTable) weights.Add(Weight.Of("Values", _table));
        return weights.ToImmutable().AddRange(Ends(bias));
    }

    /// <summary>The constants with which a sum becomes an output: <c>Scales</c>; <c>Bias</c>.</summary>
    public ImmutableArray<Weight> Ends(float[]? bias)
    {
        ImmutableArray<Weight> weights = Scales.Length > 0 ? [Weight.Of("Scales", Scales)] : [];
        return bias is not null && bias.Any(b => b != 0) ? weights.Add(Weight.Of("Bias", bias)) : weights;
    }

    /// <summary>The codes of an output.</summary>
    public ReadOnlySpan<float> Row(int output) => _codes.AsSpan(output * _columns, _columns);

    /// <summary>The lines that name the constants in a step's method.</summary>
    public void Declare(StepWriter writer)
    {
        foreach (Weight weight in writer.Step.Weights)
            writer.Line($"ReadOnlySpan<{weight.ElementType.CSharpName()}> {Name(weight.Role)} = {writer.WeightOf(weight.Role)};");
    }

    /// <summary>The value of a code, without the scale.</summary>
    public string Decode(string code) => HasTable ? $"values[{code}]" : code;

    /// <summary>How a sum becomes an output: scaled, with the bias.</summary>
    /// <param name="step">The step.</param>
    /// <param name="sum">The sum's name.</param>
    /// <param name="output">The index of the output.</param>
    public string Scaled(Step step, string sum, string output)
    {
        string scaled = Scales.Length > 0 ? $"(scales[{output}] * {sum})" : sum;
        return step.Weights.Any(w => w.Role == "Bias") ? $"bias[{output}] + {scaled}" : Scales.Length > 0 ? scaled.Substring(1, scaled.Length - 2) : sum;
    }

    private static string Name(string role) => char.ToLowerInvariant(role[0]) + role.Substring(1);

    private Weight Encoded(float[] codes) => _type switch
    {
        ElementType.Int8 => new Weight("Weights", _type, codes.Select(c => unchecked((byte)(sbyte)c)).ToArray()),
        ElementType.UInt8 => Weight.OfText("Weights", [.. codes.Select(c => (byte)c)]),
        ElementType.Int16 => new Weight("Weights", _type, MemoryMarshal.AsBytes(codes.Select(c => (short)c).ToArray().AsSpan()).ToArray()),
        _ => Weight.Of("Weights", codes),
    };
}

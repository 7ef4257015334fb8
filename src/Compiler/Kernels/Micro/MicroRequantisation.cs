using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// What a microcontroller makes of the sums of a quantised layer. The input's zero point is folded into one addend a channel; scaled sums are rounded in float32, and where the
/// result lies so near to a tie that the graph's own roundings could decide it, they do: <c>DequantizedSum</c> adds that one element up again as the graph does.
/// </summary>
internal sealed class MicroRequantisation
{
    /// <summary>Steps up to which a float has a bit for halves to spare, as MicroMath.Nearest asks.</summary>
    private const double MostSteps = 1 << 22;

    /// <summary>Steps of a bias beyond which floats decide nothing.</summary>
    private const double LargestBias = 65536;

    /// <summary>What floats err by on the way to steps, as a share of the result and the bias: six roundings.</summary>
    private const double FloatError = 6d / (1 << 24);

    private readonly QuantizedLayer _layer;
    private readonly ElementType _input;
    private readonly ElementType _output;
    private readonly double _tie;
    private readonly bool _isBounded;

    private MicroRequantisation(QuantizedLayer layer, ElementType input, ElementType output, double tie, bool isBounded)
        => (_layer, _input, _output, _tie, _isBounded) = (layer, input, output, tie, isBounded);

    /// <summary>The C# type of an input element.</summary>
    public string Input => _input.CSharpName()!;

    /// <summary>Whether inputs are signed.</summary>
    public bool IsSigned => Shift == 0;

    /// <summary>An element of the input as a signed integer.</summary>
    public string Signed(string element) => Shift == 0 ? element : element + " - 128";

    /// <summary>The zero point of signed inputs: what stands for padding.</summary>
    public string Zero => _layer.InputZero is { } zero ? CSharpLiteral.Of(zero - Shift) : "zero";

    /// <summary>What unsigned integers lose to be signed.</summary>
    private int Shift => _input == ElementType.UInt8 ? 128 : 0;

    private QuantizedEnding Ending => _layer.Ending;

    private bool HasBias => Ending.Bias.Any(b => b != 0);

    /// <summary>Reads the ending of a layer; null where its sums do not fit, or floats cannot decide.</summary>
    public static MicroRequantisation? TryRead(QuantizedLayer layer, KernelContext context)
    {
        QuantizedEnding ending = layer.Ending;
        ElementType input = context.ElementType(layer.Inputs[0]), output = context.ElementType(layer.Output);
        double largest = ending.IntegerBias.Select(b => Math.Abs((double)b)).DefaultIfEmpty(0).Max();
        if ((layer.Weights.Taps * 65025d) + largest > int.MaxValue) return null;
        if (ending.Form == QuantizedForm.Scaled)
        {
            double most = ((layer.Weights.Taps * 65025d) + largest) * ending.Scales.Select(s => Math.Abs((double)s)).Max();
            return new MicroRequantisation(layer, input, output, 0, most < MostSteps);
        }

        if (ending.Form != QuantizedForm.Dequantized) return new MicroRequantisation(layer, input, output, 0, false);
        double bias = ending.Bias.Select(b => Math.Abs((double)b / ending.Scale)).DefaultIfEmpty(0).Max();
        double steps = layer.Weights.Taps * 65025d * ending.InputScale * ending.Scales.Max() / ending.Scale;
        if (bias >= LargestBias || steps + bias >= MostSteps) return null;
        return new MicroRequantisation(layer, input, output, 0.5 - ending.Margin - ((256 + bias) * FloatError), true);
    }

    /// <summary>
    /// The constants: <c>Weights</c>, in blocks of outputs, [group][block][tap][output of the block], zeros where a group ends inside a block; <c>Addends</c>, one a channel, or the
    /// sums of the weights where the zero point is of run time; <c>Scales</c>; <c>Bias</c>.
    /// </summary>
    public ImmutableArray<Weight> Constants(int groups, int block)
    {
        QuantizedWeights weights = _layer.Weights;
        int channels = weights.Channels / groups;
        var order = new List<byte>(weights.Rows.Length);
        for (int g = 0; g < groups; g++)
            for (int first = 0; first < channels; first += block)
                for (int k = 0; k < weights.Taps; k++)
                    for (int o = first; o < first + block; o++) order.Add(o < channels ? unchecked((byte)weights.Rows[(((g * channels) + o) * weights.Taps) + k]) : (byte)0);
        int[] addends = [.. Enumerable.Range(0, weights.Channels).Select(AddendOf)];
        ImmutableArray<Weight>.Builder constants = ImmutableArray.CreateBuilder<Weight>();
        constants.Add(new Weight("Weights", ElementType.Int8, order.ToArray()));
        constants.Add(new Weight("Addends", ElementType.Int32, MemoryMarshal.AsBytes(addends.AsSpan()).ToArray()));
        if (Ending.Form != QuantizedForm.Sums) constants.Add(Weight.Of("Scales", [.. Ending.Scales]));
        if (HasBias) constants.Add(Weight.Of("Bias", [.. Ending.Bias]));
        return constants.ToImmutable();
    }

    /// <summary>The lines that name a step's constants, its result as bytes, and what becomes of sums.</summary>
    public void Declare(StepWriter writer)
    {
        writer.Line($"ReadOnlySpan<sbyte> weights = {writer.WeightOf("Weights")};");
        if (_layer.InputZero is null) writer.Line($"int zero = {Signed("zeroPoint[0]")};");
        if (_output != ElementType.UInt8) writer.Line($"Span<byte> bytes = MemoryMarshal.Cast<{_output.CSharpName()}, byte>(y);");
        string addends = writer.WeightOf("Addends"), scales = writer.WeightOf("Scales"), bias = writer.WeightOf("Bias");
        string weightZero = "weightZero: " + CSharpLiteral.Of(_layer.Weights.Zero);
        string range = $"zeroPoint: {CSharpLiteral.Of(Ending.Zero)}, lowest: {CSharpLiteral.Of(Ending.Lowest)}, highest: {CSharpLiteral.Of(Ending.Highest)}";
        string arguments = Ending.Form switch
        {
            QuantizedForm.Sums => $"Sums({addends}, inputZero: {(_layer.InputZero is null ? "zero" : "-1")}, {weightZero})",
            QuantizedForm.Real => $"Real({addends}, {scales}, {bias}, inputScale: {CSharpLiteral.Of(Ending.InputScale)}, {weightZero})",
            QuantizedForm.Scaled => $"{(_isBounded ? "Rounded" : "Scaled")}({addends}, {scales}, {weightZero}, {range})",
            _ => $"Dequantized({addends}, {scales}, {bias}, inputScale: {CSharpLiteral.Of(Ending.InputScale)}, inputZero: {Zero}, {weightZero}, scale: {CSharpLiteral.Of(Ending.Scale)}, "
                + $"{range}, tie: {CSharpLiteral.Of((float)_tie)}{(HasBias && Ending.IsBiasBehind ? ", addsBehind: true" : "")})",
        };
        writer.Line($"IntegerResult result = IntegerResult.{arguments};");
    }

    /// <summary>The name of the result as bytes.</summary>
    public string Bytes => _output == ElementType.UInt8 ? "y" : "bytes";

    /// <summary>A weight without its zero point.</summary>
    public string Decode(string code) => _layer.Weights.Zero == 0 ? code : _layer.Weights.Zero < 0 ? $"{code} + {CSharpLiteral.Of(-_layer.Weights.Zero)}" : $"{code} - {CSharpLiteral.Of(_layer.Weights.Zero)}";

    private int AddendOf(int channel)
    {
        QuantizedWeights weights = _layer.Weights;
        int sum = 0;
        for (int k = 0; k < weights.Taps; k++) sum += weights.Rows[(channel * weights.Taps) + k] - weights.Zero;
        if (_layer.InputZero is not { } zero) return sum;
        return unchecked((Ending.IntegerBias.IsEmpty ? 0 : Ending.IntegerBias[channel]) - ((zero - Shift) * sum));
    }
}

using System;
using System.Collections.Immutable;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>
/// The rounding errors of a layer's float32 sums (docs/verification.md): as those of a sum of products in any order, relative to
/// Σ |w|·max |x| + |b|; of a convolution by Winograd's filtering relative to what a tile can hold.
/// </summary>
/// <param name="Terms">The number of products of an output.</param>
internal sealed record AffineRounding(int Terms)
{
    /// <summary>
    /// What the analyser's own rounding adds: pulling functionals back through W errs by at most γₙ(2⁻⁵³)·|λ||W|, which a factor this
    /// much above 1 covers for up to 2²¹ outputs, since the float32 term is 2²⁹ times a double's for each product.
    /// </summary>
    private const double Analyser = 1 + (1.0 / 256);

    /// <summary>What a step that no code computes loses to the analyser's doubles, pulled back through 2¹⁶ outputs.</summary>
    private const double Real = 1.0 / (1L << 36);

    /// <summary>A step of an argument about what code computes, not of the code: only the analyser rounds.</summary>
    public static AffineRounding OfNoCode { get; } = new(0) { IsComputed = false };

    /// <summary>Whether code computes the sums.</summary>
    public bool IsComputed { get; init; } = true;

    /// <summary>By output the magnitude of constants that cancel in the bias; empty where none do.</summary>
    public ImmutableArray<double> Constants { get; init; } = [];

    /// <summary>
    /// Whether float32 adds up the terms one by one: where none is below zero, the sum is at least each of them, whatever the rounding. Sums that a
    /// kernel may take apart (hashed weights) are not of this kind.
    /// </summary>
    public bool KeepsSign { get; init; }

    /// <summary>How much larger than the result the sum behind it may be: n for a mean of n elements. Where that overflows, so does the result.</summary>
    public int SumFactor { get; init; } = 1;

    /// <summary>
    /// What the errors are relative to as well, as sums of the first source's magnitudes: terms that cancel in a weight, what intermediate results hold. Null: nothing.
    /// </summary>
    public LinearMap? Beside { get; init; }

    /// <summary>The layer where Winograd's filtering may compute it; null for sums as defined.</summary>
    public WinogradLayer? Winograd { get; init; }

    /// <summary>The largest absolute error of each output.</summary>
    /// <param name="magnitude">By output Σ |w|·max |x| + |b|.</param>
    /// <param name="x">By input element its largest magnitude.</param>
    /// <param name="errors">Takes the errors.</param>
    public void Errors(ReadOnlySpan<double> magnitude, ReadOnlySpan<double> x, Span<double> errors)
    {
        if (!IsComputed)
        {
            for (int i = 0; i < errors.Length; i++) errors[i] = magnitude[i] < double.MaxValue ? magnitude[i] * Real : double.PositiveInfinity;
            return;
        }

        double[]? beside = Beside is null ? null : new double[errors.Length];
        Beside?.Apply(x, beside);
        for (int i = 0; i < errors.Length; i++)
        {
            double size = magnitude[i] + (beside is null ? 0 : beside[i]);
            errors[i] = size * SumFactor < float.MaxValue / 2 ? Analyser * FloatRounding.OfSum(Terms, size + (Constants.IsEmpty ? 0 : Constants[i])) : double.PositiveInfinity;
        }

        Winograd?.Raise(x, errors);
    }
}

/// <summary>A convolution that may be computed by Winograd's minimal filtering.</summary>
/// <param name="Channels">Input channels.</param>
/// <param name="ChannelLength">Elements of an input channel.</param>
/// <param name="OutLength">Elements of an output channel.</param>
/// <param name="Sums">Output channels × input channels: Σ |w| over the taps.</param>
internal sealed record WinogradLayer(int Channels, int ChannelLength, int OutLength, ImmutableArray<double> Sums)
{
    /// <summary>Raises the errors of the outputs to what Winograd's filtering may cause.</summary>
    public void Raise(ReadOnlySpan<double> x, Span<double> errors)
    {
        var largest = new double[Channels];
        for (int c = 0; c < Channels; c++)
            for (int i = 0; i < ChannelLength; i++) largest[c] = Math.Max(largest[c], x[(c * ChannelLength) + i]);
        for (int output = 0; output * OutLength < errors.Length; output++)
        {
            double magnitude = 0;
            for (int c = 0; c < Channels; c++) magnitude += Sums[(output * Channels) + c] * largest[c];
            double error = WinogradRounding.OfTile(Channels, magnitude);
            for (int i = 0; i < OutLength; i++) errors[(output * OutLength) + i] = Math.Max(errors[(output * OutLength) + i], 2 * error);
        }
    }
}

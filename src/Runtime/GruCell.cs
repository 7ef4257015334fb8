#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>The steps of a GRU around its matrix products. The next state is z · h + (1 − z) · candidate.</summary>
public static class GruCell
{
    /// <summary>A step whose reset gate acts on the product of the state (linear_before_reset).</summary>
    /// <param name="inputSums">What the input gives to z, r and the candidate, as many of each as there are units.</param>
    /// <param name="stateSums">What the state gives to them. What they become is written over them.</param>
    /// <param name="hidden">h, of one sequence.</param>
    /// <param name="gate">The function of z and r.</param>
    /// <param name="candidate">The function of the candidate.</param>
    /// <exception cref="ArgumentException">A span is shorter than the state needs.</exception>
    public static void Step<TGate, TCandidate>(
        ReadOnlySpan<float> inputSums, Span<float> stateSums, Span<float> hidden, TGate gate, TCandidate candidate)
        where TGate : struct, IActivation
        where TCandidate : struct, IActivation
    {
        int units = hidden.Length;
        Check(inputSums.Length >= 3 * units && stateSums.Length >= 3 * units);
        Span<float> gates = stateSums.Slice(0, 2 * units);
        Span<float> next = stateSums.Slice(2 * units, units);
        GateMath.Add(gates, inputSums.Slice(0, 2 * units));
        Elementwise.Map(gates, gates, gate);
        GateMath.AddProduct(next, inputSums.Slice(2 * units, units), gates.Slice(units), next);
        Elementwise.Map(next, next, candidate);
        GateMath.Mix(hidden, gates, hidden, next);
    }

    /// <summary>The first half of a step whose reset gate acts on the state: r · h, which is then multiplied for the candidate.</summary>
    /// <param name="sums">The sums of z and r, as many of each as there are units.</param>
    /// <param name="hidden">h, of one sequence.</param>
    /// <param name="reset">r · h.</param>
    /// <param name="gate">The function of r.</param>
    /// <exception cref="ArgumentException">A span is shorter than the state needs.</exception>
    public static void Reset<TGate>(ReadOnlySpan<float> sums, ReadOnlySpan<float> hidden, Span<float> reset, TGate gate)
        where TGate : struct, IActivation
    {
        int units = hidden.Length;
        Check(sums.Length >= 2 * units && reset.Length >= units);
        Elementwise.Map(sums.Slice(units, units), reset, gate);
        GateMath.Multiply(reset.Slice(0, units), hidden);
    }

    /// <summary>The second half: the next state from the sums of z and the candidate.</summary>
    /// <param name="sums">The sums of z, which become z.</param>
    /// <param name="candidate">The candidate, its function applied.</param>
    /// <param name="hidden">h, of one sequence.</param>
    /// <param name="gate">The function of z.</param>
    /// <exception cref="ArgumentException">A span is shorter than the state needs.</exception>
    public static void Update<TGate>(Span<float> sums, ReadOnlySpan<float> candidate, Span<float> hidden, TGate gate)
        where TGate : struct, IActivation
    {
        int units = hidden.Length;
        Check(sums.Length >= units && candidate.Length >= units);
        Span<float> z = sums.Slice(0, units);
        Elementwise.Map(z, z, gate);
        GateMath.Mix(hidden, z, hidden, candidate);
    }

    private static void Check(bool fits)
    {
        if (!fits)
        {
            throw new ArgumentException("A span is shorter than the state's units need.");
        }
    }
}

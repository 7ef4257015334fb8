#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The steps of a GRU around its matrix products. The next state is z · h + (1 − z) · candidate.</summary>
public static class GruCell
{
    /// <summary>A step whose reset gate acts on the product of the state (linear_before_reset).</summary>
    /// <param name="inputSums">What the input gives to z, r and the candidate, as many of each as there are units.</param>
    /// <param name="stateSums">What the state gives to them.</param>
    /// <param name="hidden">h, of one sequence.</param>
    /// <param name="gate">The function of z and r.</param>
    /// <param name="candidate">The function of the candidate.</param>
    /// <exception cref="ArgumentException">A span is shorter than the state needs.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Step<TGate, TCandidate>(
        ReadOnlySpan<float> inputSums, ReadOnlySpan<float> stateSums, Span<float> hidden, TGate gate, TCandidate candidate)
        where TGate : struct, IActivation
        where TCandidate : struct, IActivation
    {
        int units = hidden.Length;
        Check(inputSums.Length >= 3 * units && stateSums.Length >= 3 * units);
        unchecked
        {
            ref float x = ref MemoryMarshal.GetReference(inputSums);
            ref float s = ref MemoryMarshal.GetReference(stateSums);
            ref float h = ref MemoryMarshal.GetReference(hidden);
            for (int j = 0; j < units; j += Vector<float>.Count)
            {
                int count = units - j;
                int r = j + units;
                int c = r + units;
                Vector<float> update = gate.Apply(Simd.LoadUpTo(ref x, j, count) + Simd.LoadUpTo(ref s, j, count));
                Vector<float> reset = gate.Apply(Simd.LoadUpTo(ref x, r, count) + Simd.LoadUpTo(ref s, r, count));
                Vector<float> next = candidate.Apply(Simd.MultiplyAdd(reset, Simd.LoadUpTo(ref s, c, count), Simd.LoadUpTo(ref x, c, count)));
                Simd.StoreUpTo(Mix(update, Simd.LoadUpTo(ref h, j, count), next), ref h, j, count);
            }
        }
    }

    /// <summary>The first half of a step whose reset gate acts on the state: r · h, which is then multiplied for the candidate.</summary>
    /// <param name="sums">The sums of z and r, as many of each as there are units.</param>
    /// <param name="hidden">h, of one sequence.</param>
    /// <param name="reset">r · h.</param>
    /// <param name="gate">The function of r.</param>
    /// <exception cref="ArgumentException">A span is shorter than the state needs.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Reset<TGate>(ReadOnlySpan<float> sums, ReadOnlySpan<float> hidden, Span<float> reset, TGate gate)
        where TGate : struct, IActivation
    {
        int units = hidden.Length;
        Check(sums.Length >= 2 * units && reset.Length >= units);
        unchecked
        {
            ref float s = ref MemoryMarshal.GetReference(sums);
            ref float h = ref MemoryMarshal.GetReference(hidden);
            ref float to = ref MemoryMarshal.GetReference(reset);
            for (int j = 0; j < units; j += Vector<float>.Count)
            {
                int count = units - j;
                Simd.StoreUpTo(gate.Apply(Simd.LoadUpTo(ref s, j + units, count)) * Simd.LoadUpTo(ref h, j, count), ref to, j, count);
            }
        }
    }

    /// <summary>The second half: the next state from the sums of z and the candidate.</summary>
    /// <param name="sums">The sums of z.</param>
    /// <param name="candidate">The candidate, its function applied.</param>
    /// <param name="hidden">h, of one sequence.</param>
    /// <param name="gate">The function of z.</param>
    /// <exception cref="ArgumentException">A span is shorter than the state needs.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Update<TGate>(ReadOnlySpan<float> sums, ReadOnlySpan<float> candidate, Span<float> hidden, TGate gate)
        where TGate : struct, IActivation
    {
        int units = hidden.Length;
        Check(sums.Length >= units && candidate.Length >= units);
        unchecked
        {
            ref float s = ref MemoryMarshal.GetReference(sums);
            ref float c = ref MemoryMarshal.GetReference(candidate);
            ref float h = ref MemoryMarshal.GetReference(hidden);
            for (int j = 0; j < units; j += Vector<float>.Count)
            {
                int count = units - j;
                Vector<float> update = gate.Apply(Simd.LoadUpTo(ref s, j, count));
                Simd.StoreUpTo(Mix(update, Simd.LoadUpTo(ref h, j, count), Simd.LoadUpTo(ref c, j, count)), ref h, j, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Mix(Vector<float> update, Vector<float> before, Vector<float> candidate) =>
        Simd.MultiplyAdd(update, before, (Vector<float>.One - update) * candidate);

    private static void Check(bool fits)
    {
        if (!fits)
        {
            throw new ArgumentException("A span is shorter than the state's units need.");
        }
    }
}

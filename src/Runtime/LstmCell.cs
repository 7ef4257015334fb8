#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>One step of an LSTM after its matrix products: from the sums of the gates to the next cell and state.</summary>
public static class LstmCell
{
    /// <summary>
    /// c = f · c + i · candidate and h = o · output(c), where i, f and o are the gate function of their sums plus peephole · c: the old
    /// c for i and f, the new one for o.
    /// </summary>
    /// <param name="sums">The gates' sums: i, o, f, candidate, as many of each as there are units.</param>
    /// <param name="peepholes">The peepholes of i, o, f, or empty for none.</param>
    /// <param name="coupled">Whether f is 1 − i.</param>
    /// <param name="cell">c, of one sequence.</param>
    /// <param name="hidden">h, as long as <paramref name="cell"/>.</param>
    /// <param name="gate">The function of i, o and f.</param>
    /// <param name="candidate">The function of the candidate.</param>
    /// <param name="output">The function of the new cell.</param>
    /// <exception cref="ArgumentException">A span is shorter than the cell needs.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Step<TGate, TCandidate, TOutput>(
        ReadOnlySpan<float> sums, ReadOnlySpan<float> peepholes, bool coupled, Span<float> cell, Span<float> hidden,
        TGate gate, TCandidate candidate, TOutput output)
        where TGate : struct, IActivation
        where TCandidate : struct, IActivation
        where TOutput : struct, IActivation
    {
        int units = cell.Length;
        if (sums.Length < 4 * units || hidden.Length < units || (peepholes.Length != 0 && peepholes.Length < 3 * units))
        {
            throw new ArgumentException("A span is shorter than the cell's units need.");
        }

        unchecked
        {
            ref float s = ref MemoryMarshal.GetReference(sums);
            ref float p = ref MemoryMarshal.GetReference(peepholes);
            ref float c = ref MemoryMarshal.GetReference(cell);
            ref float h = ref MemoryMarshal.GetReference(hidden);
            bool peeps = peepholes.Length != 0;
            for (int j = 0; j < units; j += Vector<float>.Count)
            {
                int count = units - j;
                Vector<float> before = Simd.LoadUpTo(ref c, j, count);
                Vector<float> i = Simd.LoadUpTo(ref s, j, count);
                Vector<float> o = Simd.LoadUpTo(ref s, j + units, count);
                Vector<float> f = Simd.LoadUpTo(ref s, j + (2 * units), count);
                if (peeps)
                {
                    i += before * Simd.LoadUpTo(ref p, j, count);
                    f += before * Simd.LoadUpTo(ref p, j + (2 * units), count);
                }

                i = gate.Apply(i);
                f = coupled ? Vector<float>.One - i : gate.Apply(f);
                Vector<float> after = Simd.MultiplyAdd(f, before, i * candidate.Apply(Simd.LoadUpTo(ref s, j + (3 * units), count)));
                if (peeps)
                {
                    o += after * Simd.LoadUpTo(ref p, j + units, count);
                }

                Simd.StoreUpTo(after, ref c, j, count);
                Simd.StoreUpTo(gate.Apply(o) * output.Apply(after), ref h, j, count);
            }
        }
    }
}

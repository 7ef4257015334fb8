#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>One step of an LSTM after its matrix products: from the sums of the gates to the next cell and state.</summary>
public static class LstmCell
{
    /// <summary>
    /// c = f · c + i · candidate and h = o · output(c), where i, f and o are the gate function of their sums plus peephole · c: the old
    /// c for i and f, the new one for o.
    /// </summary>
    /// <param name="sums">The gates' sums: i, o, f, candidate, as many of each as there are units. What they become is written over them.</param>
    /// <param name="peepholes">The peepholes of i, o, f, or empty for none.</param>
    /// <param name="coupled">Whether f is 1 − i.</param>
    /// <param name="cell">c, of one sequence.</param>
    /// <param name="hidden">h, as long as <paramref name="cell"/>.</param>
    /// <param name="gate">The function of i, o and f.</param>
    /// <param name="candidate">The function of the candidate.</param>
    /// <param name="output">The function of the new cell.</param>
    /// <exception cref="ArgumentException">A span is shorter than the cell needs.</exception>
    public static void Step<TGate, TCandidate, TOutput>(
        Span<float> sums, ReadOnlySpan<float> peepholes, bool coupled, Span<float> cell, Span<float> hidden,
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

        Span<float> i = sums.Slice(0, units);
        Span<float> o = sums.Slice(units, units);
        Span<float> f = sums.Slice(2 * units, units);
        Span<float> next = sums.Slice(3 * units, units);
        if (peepholes.IsEmpty)
        {
            Span<float> gates = sums.Slice(0, 3 * units);
            Elementwise.Map(gates, gates, gate);
        }
        else
        {
            GateMath.AddProduct(i, cell, peepholes.Slice(0, units));
            GateMath.AddProduct(f, cell, peepholes.Slice(2 * units, units));
            Elementwise.Map(i, i, gate);
            Elementwise.Map(f, f, gate);
        }

        Elementwise.Map(next, next, candidate);
        if (coupled)
        {
            GateMath.Mix(cell, i, next, cell);
        }
        else
        {
            GateMath.Multiply(next, i);
            GateMath.AddProduct(cell, next, f, cell);
        }

        if (!peepholes.IsEmpty)
        {
            GateMath.AddProduct(o, cell, peepholes.Slice(units, units));
            Elementwise.Map(o, o, gate);
        }

        Elementwise.Map(cell, hidden, output);
        GateMath.Multiply(hidden.Slice(0, units), o);
    }
}

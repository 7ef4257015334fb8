#nullable enable
using System;
using System.Collections.Concurrent;

namespace RedGen.Runtime;

/// <summary>
/// Discrete Fourier transforms of any length, in place; real and imaginary parts alternate. The tables of a length are made when it is
/// first used and kept.
/// </summary>
public static class FourierTransform
{
    private static readonly ConcurrentDictionary<int, FourierPlan> Plans = new();

    /// <summary>Replaces a line by its transform.</summary>
    /// <param name="line">Twice as many numbers as the line has elements.</param>
    /// <param name="scratch">Memory: none for powers of two, twice the length up to 64, else twice the power of two that holds two lines.</param>
    public static void Forward(Span<double> line, Span<double> scratch) => PlanOf(line.Length / 2).Run(line, scratch);

    /// <summary>Replaces a line by its inverse transform.</summary>
    /// <param name="line">Twice as many numbers as the line has elements.</param>
    /// <param name="scratch">Memory, as for <see cref="Forward"/>.</param>
    public static void Inverse(Span<double> line, Span<double> scratch)
    {
        // The conjugate of the conjugate's transform.
        int length = line.Length / 2;
        for (int i = 1; i < line.Length; i += 2) line[i] = -line[i];
        PlanOf(length).Run(line, scratch);
        for (int i = 0; i < line.Length; i += 2)
        {
            line[i] /= length;
            line[i + 1] /= -length;
        }
    }

    /// <summary>The tables of a length.</summary>
    internal static FourierPlan PlanOf(int length)
    {
        if (Plans.TryGetValue(length, out FourierPlan? plan)) return plan;
        plan = new FourierPlan(length);
        Plans[length] = plan;
        return plan;
    }
}

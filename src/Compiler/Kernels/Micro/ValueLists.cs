using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// A row of weights that are whole numbers, as inputs by the magnitude of their weights. Going down from the largest, inputs are added to one sum (subtracted, if their weight is negative), and the
/// result takes that sum as often as it is to the next magnitude: 5a + 5b − 4c = (a + b) + 4 (a + b − c). So equal weights are one step, neighbouring ones an addition, and zeros nothing.
/// </summary>
/// <param name="Steps">The magnitudes, the largest first.</param>
internal sealed record ValueLists(ImmutableArray<ValueStep> Steps)
{
    /// <summary>Instructions for a row: one loads an input, one adds it, and what the steps down take.</summary>
    public int Instructions => Steps.Sum(s => (2 * s.Inputs.Length) + s.Additions);

    /// <summary>Reads a row.</summary>
    /// <param name="codes">Whole numbers.</param>
    public static ValueLists Of(ReadOnlySpan<float> codes)
    {
        var byMagnitude = new SortedDictionary<int, List<(int Input, bool IsNegative)>>();
        for (int j = 0; j < codes.Length; j++)
        {
            if (codes[j] == 0f) continue;
            int magnitude = (int)Math.Abs(codes[j]);
            if (!byMagnitude.TryGetValue(magnitude, out List<(int, bool)>? inputs)) byMagnitude[magnitude] = inputs = [];
            inputs.Add((j, codes[j] < 0f));
        }

        int[] magnitudes = [.. byMagnitude.Keys.Reverse()];
        return new ValueLists([.. magnitudes.Select((m, k) => new ValueStep([.. byMagnitude[m]], m - (k + 1 < magnitudes.Length ? magnitudes[k + 1] : 0)))]);
    }
}

/// <summary>The inputs whose weights have one magnitude.</summary>
/// <param name="Inputs">The inputs, and whether their weights are negative.</param>
/// <param name="Down">How much smaller the next magnitude is; the last is followed by 0.</param>
internal sealed record ValueStep(ImmutableArray<(int Input, bool IsNegative)> Inputs, int Down)
{
    /// <summary>Up to here as many additions are no worse than a product with a constant that stays in a register.</summary>
    private const int MostAdded = 2;

    /// <summary>Instructions of a product, with its share of those that make the constant.</summary>
    private const int Product = 3;

    /// <summary>Whether a product with a constant takes the sum so often.</summary>
    public bool IsProduct => Down > MostAdded;

    /// <summary>Instructions that add the sum as often as <see cref="Down"/> says.</summary>
    public int Additions => IsProduct ? Product : Down;
}

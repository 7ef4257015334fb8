using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Red.Hash;

/// <summary>
/// Levels −n … n beyond those that a byte can index, as sums of two codes: radix · k, and a digit. The values of both together are at most 127, so that
/// lowerings know one codebook.
/// </summary>
internal sealed class FineLevels
{
    /// <summary>The n of the finest single code: −63 … 63.</summary>
    public const int MostOfOneCode = HashedMatrix.MaxValues / 2;

    /// <summary>Digits of 2, 3, 5, 11 and 63 values: 7, 4, 3, 2 and 1 of them in a byte.</summary>
    private static readonly int[] Radices = [2, 3, 5, 11, 63];

    private static readonly Dictionary<int, FineLevels> ByMagnitudes = Radices.Select(r => new FineLevels(r)).ToDictionary(l => l.Magnitudes);

    private readonly int _coarse;

    private FineLevels(int radix)
    {
        Radix = radix;
        // ±radix, ±2 radix, … and 0, beside the digits: ±1, ±2, … or, of two, 0 and 1.
        _coarse = (HashedMatrix.MaxValues - radix) / 2;
        Magnitudes = (radix * _coarse) + ((radix - 1) / 2);
    }

    /// <summary>All numbers of levels that are sums of two codes, from coarse to fine.</summary>
    public static IEnumerable<int> Menu => Radices.Select(r => new FineLevels(r).Magnitudes);

    /// <summary>n.</summary>
    public int Magnitudes { get; }

    /// <summary>The number of digits.</summary>
    public int Radix { get; }

    /// <summary>Magnitudes of the first code.</summary>
    public int CoarseMagnitudes => _coarse;

    /// <summary>The levels −n … n; null where they are one code's, or no such sums.</summary>
    public static FineLevels? Of(int magnitudes) => ByMagnitudes.TryGetValue(magnitudes, out FineLevels? levels) ? levels : null;

    /// <summary>The matrix of levels.</summary>
    /// <param name="outputs">Rows.</param>
    /// <param name="columns">Weights of one output.</param>
    /// <param name="scales">One factor an output.</param>
    /// <param name="levels">outputs × columns levels, each + n.</param>
    public HashedMatrix ToMatrix(int outputs, int columns, ImmutableArray<float> scales, ushort[] levels)
    {
        var indices = new byte[levels.Length];
        var digits = new byte[levels.Length];
        for (int i = 0; i < levels.Length; i++) (indices[i], digits[i]) = ((byte)(levels[i] / Radix), (byte)(levels[i] % Radix));
        int least = -((Radix - 1) / 2);
        ImmutableArray<float> coarse = [.. Enumerable.Range(-_coarse, (2 * _coarse) + 1).Select(k => (float)(k * Radix))];
        return new HashedMatrix(outputs, columns, coarse, scales, indices, new FineCodes([.. Enumerable.Range(least, Radix).Select(d => (float)d)], digits));
    }
}

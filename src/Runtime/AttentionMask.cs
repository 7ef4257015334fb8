#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Which keys the rows of an attention head see, and what is added to their scores.</summary>
public readonly ref struct AttentionMask
{
    private readonly ReadOnlySpan<float> _bias;
    private readonly ReadOnlySpan<bool> _allowed;
    private readonly int _step;
    private readonly long _valid;
    private readonly long _offset;

    /// <summary>Makes a mask.</summary>
    /// <param name="bias">What is added to the scores, row by row; empty for nothing.</param>
    /// <param name="allowed">Which scores count, row by row; empty for all.</param>
    /// <param name="step">The distance of rows of the two; 0 where one serves all.</param>
    /// <param name="valid">How many keys there are, of those that are no padding; <see cref="int.MaxValue"/> for all.</param>
    /// <param name="offset">Row i sees keys up to i + offset; <see cref="int.MaxValue"/> for all.</param>
    public AttentionMask(ReadOnlySpan<float> bias, ReadOnlySpan<bool> allowed, int step, long valid, long offset)
    {
        _bias = bias;
        _allowed = allowed;
        _step = step;
        _valid = valid;
        _offset = offset;
    }

    /// <summary>The first key that a row does not see, of those behind which it sees none.</summary>
    internal int End(int row, int keys)
    {
        long end = Math.Min(Math.Min(keys, _valid), unchecked(row + _offset + 1L));
        return end < 0L ? 0 : (int)end;
    }

    /// <summary>Adds the mask to the scores of a row; false where it hides all of them.</summary>
    internal bool Apply(Span<float> scores, int row)
    {
        bool isSeen = _bias.IsEmpty && _allowed.IsEmpty && scores.Length > 0;
        if (!_bias.IsEmpty)
        {
            ReadOnlySpan<float> bias = _bias.Slice(row * _step, scores.Length);
            for (int i = 0; i < bias.Length; i++)
            {
                scores[i] += bias[i];
                isSeen |= bias[i] != float.NegativeInfinity;
            }
        }
        else if (!_allowed.IsEmpty)
        {
            ReadOnlySpan<bool> allowed = _allowed.Slice(row * _step, scores.Length);
            for (int i = 0; i < allowed.Length; i++)
            {
                if (!allowed[i]) scores[i] = float.NegativeInfinity;
                isSeen |= allowed[i];
            }
        }

        return isSeen;
    }
}

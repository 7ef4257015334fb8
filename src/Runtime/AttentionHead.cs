#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// One head of scaled dot-product attention: y = softmax(mask(cap(scale · q · kᵀ))) · v. Rows of the query are taken in blocks, so
/// that the scores of all rows are never in memory together; a row whose keys are all masked gives zeros.
/// </summary>
public readonly struct AttentionHead
{
    /// <summary>Rows of the query in a block.</summary>
    public const int BlockRows = 32;

    private readonly int _rows;
    private readonly int _keys;
    private readonly int _depth;
    private readonly int _width;
    private readonly float _scale;
    private readonly float _cap;

    /// <summary>States the sizes.</summary>
    /// <param name="rows">Rows of the query.</param>
    /// <param name="keys">Keys and values.</param>
    /// <param name="depth">Elements of a query and a key.</param>
    /// <param name="width">Elements of a value.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="cap">Bound of the scores; 0 for none.</param>
    public AttentionHead(int rows, int keys, int depth, int width, float scale, float cap)
    {
        _rows = rows;
        _keys = keys;
        _depth = depth;
        _width = width;
        _scale = scale;
        _cap = cap;
    }

    /// <summary>Floats of workspace for <see cref="Run"/>.</summary>
    public static int WorkspaceLength(int keys, int depth, int width) =>
        checked(Gemm.PackedLength(depth, keys) + Gemm.PackedLength(keys, width) + (BlockRows * (keys + depth + width)));

    /// <summary>Packs keys and values, once for all heads of the query that share them.</summary>
    /// <param name="keys">[keys, depth].</param>
    /// <param name="values">[keys, width].</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats, kept for <see cref="Run"/>.</param>
    public void Pack(ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> workspace)
    {
        Gemm.Pack(keys, workspace, _depth, _keys, transposed: true);
        Gemm.Pack(values, workspace.Slice(Gemm.PackedLength(_depth, _keys)), _keys, _width, transposed: false);
    }

    /// <summary>Computes the head from what <see cref="Pack"/> left in the workspace.</summary>
    /// <param name="query">Rows of the query, <paramref name="queryStep"/> elements apart.</param>
    /// <param name="queryStep">The distance of rows.</param>
    /// <param name="output">Rows of the result, <paramref name="outputStep"/> elements apart.</param>
    /// <param name="outputStep">The distance of rows.</param>
    /// <param name="mask">Which keys a row may see.</param>
    /// <param name="workspace">The workspace.</param>
    public void Run(ReadOnlySpan<float> query, int queryStep, Span<float> output, int outputStep, in AttentionMask mask, Span<float> workspace)
    {
        unchecked
        {
            int packedKeys = Gemm.PackedLength(_depth, _keys);
            int packedValues = Gemm.PackedLength(_keys, _width);
            ReadOnlySpan<float> keys = workspace.Slice(0, packedKeys);
            ReadOnlySpan<float> values = workspace.Slice(packedKeys, packedValues);
            Span<float> queries = workspace.Slice(packedKeys + packedValues, BlockRows * _depth);
            Span<float> scores = workspace.Slice(packedKeys + packedValues + (BlockRows * _depth), BlockRows * _keys);
            Span<float> results = workspace.Slice(packedKeys + packedValues + (BlockRows * (_depth + _keys)), BlockRows * _width);
            for (int first = 0; first < _rows; first += BlockRows)
            {
                int count = Math.Min(BlockRows, _rows - first);
                for (int row = 0; row < count; row++)
                {
                    RowMath.Normalise(query.Slice((first + row) * queryStep, _depth), queries.Slice(row * _depth, _depth), 0f, _scale, 0f);
                }

                Gemm.Run(queries, keys, default, default, scores, count, _depth, _keys, default(Identity));
                for (int row = 0; row < count; row++)
                {
                    Weigh(scores.Slice(row * _keys, _keys), first + row, mask);
                }

                Gemm.Run(scores, values, default, default, results, count, _keys, _width, default(Identity));
                for (int row = 0; row < count; row++)
                {
                    results.Slice(row * _width, _width).CopyTo(output.Slice((first + row) * outputStep));
                }
            }
        }
    }

    /// <summary>Computes the head row by row from keys and values as they stand: for the few rows of a decoding step.</summary>
    /// <param name="query">Rows of the query, <paramref name="queryStep"/> elements apart.</param>
    /// <param name="queryStep">The distance of rows.</param>
    /// <param name="keys">[keys, depth].</param>
    /// <param name="values">[keys, width].</param>
    /// <param name="output">Rows of the result, <paramref name="outputStep"/> elements apart.</param>
    /// <param name="outputStep">The distance of rows.</param>
    /// <param name="mask">Which keys a row may see.</param>
    /// <param name="scores">At least one float a key.</param>
    public void RunRows(
        ReadOnlySpan<float> query, int queryStep, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> output, int outputStep,
        in AttentionMask mask, Span<float> scores)
    {
        unchecked
        {
            Span<float> line = scores.Slice(0, _keys);
            for (int row = 0; row < _rows; row++)
            {
                ReadOnlySpan<float> q = query.Slice(row * queryStep, _depth);
                int end = mask.End(row, _keys);
                for (int key = 0; key < end; key++)
                {
                    line[key] = _scale * RowMath.Dot(q, keys.Slice(key * _depth, _depth));
                }

                Weigh(line, row, mask);
                Span<float> y = output.Slice(row * outputStep, _width);
                y.Clear();
                for (int key = 0; key < end; key++)
                {
                    RowMath.AddScaled(values.Slice(key * _width, _width), line[key], y);
                }
            }
        }
    }

    /// <summary>Scores of one row become weights.</summary>
    private void Weigh(Span<float> scores, int row, in AttentionMask mask)
    {
        int end = mask.End(row, _keys);
        Span<float> seen = scores.Slice(0, end);
        if (_cap != 0f) Cap(seen);
        bool isSeen = mask.Apply(seen, row);
        scores.Slice(end).Clear();
        if (isSeen) Softmax.Run(seen, seen, outer: 1, axis: end, inner: 1);
        else seen.Clear();
    }

    [MethodImpl(Simd.Hot)]
    private void Cap(Span<float> scores)
    {
        unchecked
        {
            ref float place = ref MemoryMarshal.GetReference(scores);
            Vector<float> cap = new(_cap);
            int i = 0;
            for (; i <= scores.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Simd.Store(VectorMath.Tanh(Simd.Load(ref place, i) / cap) * cap, ref place, i);
            }

            if (i < scores.Length)
            {
                int left = scores.Length - i;
                Vector<float> last = Simd.LoadLanes(ref Unsafe.Add(ref place, i), 0, left);
                Simd.StoreLanes(VectorMath.Tanh(last / cap) * cap, ref Unsafe.Add(ref place, i), 0, left);
            }
        }
    }
}

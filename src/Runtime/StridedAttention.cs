#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// One head of attention as exporters write it out: y = softmax(scale · q · kᵀ + mask) · v, with every operand read where it stands.
/// Rows of the query are taken in blocks, a row a lane: their scores are [keys, rows], so that the largest score and the sum of a row
/// need no work across lanes. A row whose keys are all masked with −∞ gives NaN, as Softmax does.
/// </summary>
public readonly struct StridedAttention
{
    /// <summary>Rows of the query in a block: two vectors at most.</summary>
    private const int BlockRows = 32;

    /// <summary>Values are packed beyond so many keys: rows far apart would chase each other from the cache.</summary>
    private const int FewKeys = 64;

    private readonly int _rows;
    private readonly int _keys;
    private readonly int _depth;
    private readonly int _width;
    private readonly float _scale;

    /// <summary>States the sizes.</summary>
    /// <param name="rows">Rows of the query.</param>
    /// <param name="keys">Keys and values.</param>
    /// <param name="depth">Elements of a query and a key.</param>
    /// <param name="width">Elements of a value.</param>
    /// <param name="scale">Factor of the scores.</param>
    public StridedAttention(int rows, int keys, int depth, int width, float scale)
    {
        _rows = rows;
        _keys = keys;
        _depth = depth;
        _width = width;
        _scale = scale;
    }

    /// <summary>Floats of workspace for <see cref="Run"/>: a block's queries, masks, scores and factors, a tile, and the values.</summary>
    public static int WorkspaceLength(int keys, int depth, int width) =>
        checked((BlockRows * (depth + keys + keys + 1)) + StridedProduct.SpareLength + (keys * ((width + BlockRows - 1) / BlockRows * BlockRows)));

    /// <summary>Computes the head.</summary>
    /// <param name="query">[rows, depth].</param>
    /// <param name="keys">[keys, depth].</param>
    /// <param name="values">[keys, width].</param>
    /// <param name="mask">[rows, keys], added to the scores; empty for none.</param>
    /// <param name="output">[rows, width]: from its first element on.</param>
    /// <param name="outputRow">The distance of the output's rows.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public void Run(in StridedRows query, in StridedRows keys, in StridedRows values, in StridedRows mask, Span<float> output, int outputRow, Span<float> workspace)
    {
        query.Require(_rows, _depth);
        keys.Require(_keys, _depth);
        values.Require(_keys, _width);
        new StridedRows(output, outputRow).Require(_rows, _width);
        if (!mask.Span.IsEmpty) mask.Require(_rows, _keys);
        if (workspace.Length < WorkspaceLength(_keys, _depth, _width)) throw new ArgumentException("The workspace is too short.");
        if (_rows == 0 || _keys == 0 || _depth == 0 || _width == 0) return;
#if NET8_0_OR_GREATER
        // Where all rows are of 8 floats, half of each longer vector would be idle.
        if (Lanes512.IsSupported && (_rows > Lanes512.Half || _width > Lanes512.Half))
        {
            Run<Lanes512>(query, keys, values, mask, output, outputRow, workspace);
            return;
        }
#endif
        Run<VectorLanes>(query, keys, values, mask, output, outputRow, workspace);
    }

    private void Run<TLanes>(in StridedRows query, in StridedRows keys, in StridedRows values, in StridedRows mask, Span<float> output, int outputRow, Span<float> workspace)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int lanes = default(TLanes).Count;
            int panel = _rows <= lanes && _width <= lanes ? lanes : Math.Min(2 * lanes, BlockRows);
            ref float queries = ref MemoryMarshal.GetReference(workspace);
            ref float masks = ref Unsafe.Add(ref queries, BlockRows * _depth);
            ref float scores = ref Unsafe.Add(ref masks, BlockRows * _keys);
            ref float factors = ref Unsafe.Add(ref scores, BlockRows * _keys);
            ref float spare = ref Unsafe.Add(ref factors, BlockRows);
            ref float v = ref Unsafe.Add(ref spare, StridedProduct.SpareLength);
            ref float k = ref MemoryMarshal.GetReference(keys.Span);

            // Few values stand in place, where whole vectors can be read there.
            bool inPlace = values.Element == 1 && _width % lanes == 0 && _keys <= FewKeys;
            if (inPlace) v = ref MemoryMarshal.GetReference(values.Span);
            else Transposing.Panels(new StridedRows(values.Span, values.Element, values.Row), _width, _keys, ref v, panel);
            var score = new StridedProduct { Rows = _keys, Depth = _depth, RowsOfA = keys.Row, ColumnsOfA = keys.Element, RowsOfB = panel, RowsOfC = panel };
            var weighted = new StridedProduct { Depth = _keys, RowsOfA = 1, ColumnsOfA = panel, RowsOfB = inPlace ? values.Row : panel, RowsOfC = outputRow, Factors = 1 };
            float scale = _scale;
            for (int first = 0; first < _rows; first += panel)
            {
                int count = Math.Min(panel, _rows - first);
                Transposing.Panels(query.From(first), count, _depth, ref queries, panel);
                score.Columns = (count + lanes - 1) / lanes * lanes;
                score.Run<TLanes>(ref k, ref queries, ref scores, ref scale, ref spare);
                bool isMasked = !mask.Span.IsEmpty;
                if (isMasked) Transposing.Panels(mask.From(first), count, _keys, ref masks, panel);
                for (int lane = 0; lane < count; lane += lanes)
                {
                    Weigh<TLanes>(ref Unsafe.Add(ref scores, lane), ref Unsafe.Add(ref masks, lane), ref Unsafe.Add(ref factors, lane), panel, isMasked);
                }

                weighted.Rows = count;
                ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(output), first * outputRow);
                for (int column = 0; column < _width; column += panel)
                {
                    weighted.Columns = Math.Min(panel, _width - column);
                    weighted.Run<TLanes>(ref scores, ref Unsafe.Add(ref v, inPlace ? column : column * _keys), ref Unsafe.Add(ref y, column), ref factors, ref spare);
                }
            }
        }
    }

    /// <summary>Scores of a vector of rows become e^(score − max); the factors that make weights of them are kept apart.</summary>
    [MethodImpl(Simd.Hot)]
    private void Weigh<TLanes>(ref float scores, ref float masks, ref float factors, int panel, bool isMasked)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            TLanes largest = v.Fill(float.NegativeInfinity);
            int end = _keys * panel;
            for (int at = 0; at < end; at += panel)
            {
                TLanes score = v.Load(ref scores, at);
                if (isMasked)
                {
                    score = v.Add(score, v.Load(ref masks, at));
                    v.Store(score, ref scores, at);
                }

                largest = v.Max(largest, score);
            }

            TLanes sum = v.Fill(0f);
            for (int at = 0; at < end; at += panel)
            {
                TLanes e = LaneMath.Exp(v.Subtract(v.Load(ref scores, at), largest));
                v.Store(e, ref scores, at);
                sum = v.Add(sum, e);
            }

            v.Store(v.Divide(v.Fill(1f), sum), ref factors, 0);
        }
    }
}

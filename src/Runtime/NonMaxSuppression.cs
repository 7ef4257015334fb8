#nullable enable
using System;
using System.Collections.Generic;

namespace RedGen.Runtime;

/// <summary>ONNX NonMaxSuppression.</summary>
public static class NonMaxSuppression
{
    /// <summary>
    /// For each batch and class the boxes of the highest scores, without those that overlap a chosen one too much; equal scores in the
    /// order of the boxes. A row of the result is batch, class and box.
    /// </summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="boxes">[batches, boxes, 4].</param>
    /// <param name="scores">[batches, classes, boxes].</param>
    /// <param name="most">The most boxes of a batch and class.</param>
    /// <param name="overlap">The overlap, as a part of the area that two boxes cover, beyond which one of them is left out.</param>
    /// <param name="least">The score that a box must exceed; null: any will do.</param>
    /// <param name="isCentred">Whether boxes are centre and size (x, y, width, height) instead of two corners (y, x, y, x).</param>
    /// <exception cref="ArgumentException">Boxes and scores do not fit together.</exception>
    public static DynamicTensor<long> Run(string node, TensorView<float> boxes, TensorView<float> scores, long most, float overlap, float? least, bool isCentred)
    {
        bool fits = boxes.Rank == 3 && scores.Rank == 3 && boxes.Lengths[0] == scores.Lengths[0] && boxes.Lengths[1] == scores.Lengths[2] && boxes.Lengths[2] == 4;
        if (!fits) throw new ArgumentException(node + ": boxes of shape " + Tensors.Text(boxes.Lengths) + " and scores of shape " + Tensors.Text(scores.Lengths) + " do not fit together.");
        int classes = scores.Lengths[1];
        int count = scores.Lengths[2];
        var corners = new Corners[boxes.Lengths[1]];
        var places = new int[count];
        var chosen = new List<int>();
        var selected = new List<long>();
        for (int batch = 0; batch < scores.Lengths[0]; batch++)
        {
            for (int i = 0; i < count; i++) corners[i] = new Corners(boxes.Span.Slice(((batch * count) + i) * 4, 4), isCentred);
            for (int c = 0; c < classes; c++)
            {
                ReadOnlySpan<float> line = scores.Span.Slice(((batch * classes) + c) * count, count);
                int candidates = 0;
                for (int i = 0; i < count; i++)
                {
                    if (least is { } bound && !(line[i] > bound)) continue;
                    places[candidates++] = i;
                }

                Array.Sort(places, 0, candidates, new ByScore(line.ToArray()));
                chosen.Clear();
                for (int i = 0; i < candidates && chosen.Count < most; i++)
                {
                    if (IsCovered(corners, places[i], chosen, overlap)) continue;
                    chosen.Add(places[i]);
                    selected.Add(batch);
                    selected.Add(c);
                    selected.Add(places[i]);
                }
            }
        }

        return new DynamicTensor<long>(selected.ToArray(), [selected.Count / 3, 3]);
    }

    private static bool IsCovered(Corners[] corners, int box, List<int> chosen, float overlap)
    {
        foreach (int other in chosen)
        {
            if (corners[box].Overlap(corners[other]) > overlap) return true;
        }

        return false;
    }

    /// <summary>The highest score first, equal ones by their places.</summary>
    private sealed class ByScore : IComparer<int>
    {
        private readonly float[] _scores;

        public ByScore(float[] scores) => _scores = scores;

        public int Compare(int x, int y)
        {
            int order = _scores[y].CompareTo(_scores[x]);
            return order != 0 ? order : x.CompareTo(y);
        }
    }

    /// <summary>A box by its lower and upper corner.</summary>
    private readonly struct Corners
    {
        private readonly float _y1;
        private readonly float _x1;
        private readonly float _y2;
        private readonly float _x2;

        public Corners(ReadOnlySpan<float> box, bool isCentred)
        {
            if (isCentred)
            {
                float halfWidth = box[2] / 2f;
                float halfHeight = box[3] / 2f;
                _y1 = box[1] - halfHeight;
                _x1 = box[0] - halfWidth;
                _y2 = box[1] + halfHeight;
                _x2 = box[0] + halfWidth;
            }
            else
            {
                _y1 = Math.Min(box[0], box[2]);
                _x1 = Math.Min(box[1], box[3]);
                _y2 = Math.Max(box[0], box[2]);
                _x2 = Math.Max(box[1], box[3]);
            }
        }

        /// <summary>The area shared, as a part of the area covered.</summary>
        public float Overlap(in Corners other)
        {
            float height = Math.Min(_y2, other._y2) - Math.Max(_y1, other._y1);
            float width = Math.Min(_x2, other._x2) - Math.Max(_x1, other._x1);
            if (!(height > 0f) || !(width > 0f)) return 0f;
            float shared = height * width;
            float first = (_y2 - _y1) * (_x2 - _x1);
            float second = (other._y2 - other._y1) * (other._x2 - other._x1);
            float covered = first + second - shared;
            return first > 0f && second > 0f && covered > 0f ? shared / covered : 0f;
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Selection;

/// <summary>
/// NonMaxSuppression: for each batch and class the boxes of the highest scores, without those that overlap a chosen one too much. A row
/// of the output is batch, class and box. Boxes of equal scores come in the order of their indices.
/// </summary>
internal sealed class NonMaxSuppression : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "NonMaxSuppression",
        Versions = [10, 11],
        Inputs =
        [
            new("boxes", TypeSet.Float), new("scores", TypeSet.Float), new("max_output_boxes_per_class", TypeSet.Int64, Arity.Optional),
            new("iou_threshold", TypeSet.Float, Arity.Optional), new("score_threshold", TypeSet.Float, Arity.Optional),
        ],
        Outputs = [new("selected_indices", TypeSet.Int64)],
        Attributes = [new("center_point_box", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Check(context);
        bool isEmpty = !context.HasInput(2) || (context.Constant(2) is { Length: 1 } most && ReferenceTensor.FromTensor(most).Integers![0] <= 0);
        if (!isEmpty) throw context.Dynamic("how many boxes are selected is known at run time only");
        context.SetOutput(0, ElementType.Int64, [0, 3]);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        Check(context);
        if (shapes[0] is not [var count, 3] || count > (Limit(context) ?? long.MaxValue)) return false;
        context.SetOutput(0, ElementType.Int64, shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        Check(context);
        context.SetOutput(0, ElementType.Int64, new Shape([context.Open(0, 0, Limit(context)), 3]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor boxes = context.Input(0);
        ReferenceTensor scores = context.Input(1);
        if (boxes.Rank != 3 || scores.Rank != 3 || boxes.Lengths[0] != scores.Lengths[0] || boxes.Lengths[1] != scores.Lengths[2])
            throw context.Parameters.Fail("boxes and scores do not fit together");
        long most = Math.Max(0, context.OptionalInput(2)?.Integers![0] ?? 0);
        double overlap = context.OptionalInput(3)?.Reals![0] ?? 0;
        double? least = context.OptionalInput(4)?.Reals![0];
        bool isCentred = context.Attributes.Int("center_point_box", 0) != 0;
        int classes = scores.Lengths[1];
        int count = scores.Lengths[2];
        var selected = new List<long>();
        for (int line = 0; line < scores.Lengths[0] * classes; line++)
        {
            int batch = line / classes;
            var chosen = new List<int>();
            IEnumerable<int> candidates = Enumerable.Range(0, count).Where(i => least is null || scores.Reals![(line * count) + i] > least)
                .OrderByDescending(i => scores.Reals![(line * count) + i]);
            foreach (int box in candidates)
            {
                if (chosen.Count >= most) break;
                if (chosen.Any(other => Overlap(Corners(boxes, (batch * count) + box, isCentred), Corners(boxes, (batch * count) + other, isCentred)) > overlap)) continue;
                chosen.Add(box);
                selected.AddRange([batch, line % classes, box]);
            }
        }

        context.SetOutput(0, new ReferenceTensor(ElementType.Int64, [selected.Count / 3, 3], [.. selected]));
    }

    /// <summary>The area that two boxes share, as a part of the area that they cover; in float32, as runtimes compare it.</summary>
    private static float Overlap((float Y1, float X1, float Y2, float X2) a, (float Y1, float X1, float Y2, float X2) b)
    {
        float height = Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1);
        float width = Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1);
        if (!(height > 0) || !(width > 0)) return 0;
        float shared = height * width;
        float first = (a.Y2 - a.Y1) * (a.X2 - a.X1);
        float second = (b.Y2 - b.Y1) * (b.X2 - b.X1);
        float covered = first + second - shared;
        return first > 0 && second > 0 && covered > 0 ? shared / covered : 0;
    }

    private static (float Y1, float X1, float Y2, float X2) Corners(ReferenceTensor boxes, int index, bool isCentred)
    {
        float[] box = [.. Enumerable.Range(0, 4).Select(i => (float)boxes.Reals![(index * 4) + i])];
        if (!isCentred) return (Math.Min(box[0], box[2]), Math.Min(box[1], box[3]), Math.Max(box[0], box[2]), Math.Max(box[1], box[3]));
        float x = box[2] / 2;
        float y = box[3] / 2;
        return (box[1] - y, box[0] - x, box[1] + y, box[0] + x);
    }

    /// <summary>All boxes of every batch and class, or the most that are asked for.</summary>
    private static long? Limit(InferenceContext context)
    {
        Shape scores = context.Shape(1);
        if (scores.ElementLimit is not { } all || scores[2].Limit is not { } boxes) return null;
        if (context.Constant(2) is not { Length: 1 } constant || boxes == 0) return all;
        return all / boxes * Math.Min(boxes, Math.Max(0, ReferenceTensor.FromTensor(constant).Integers![0]));
    }

    private static void Check(InferenceContext context)
    {
        for (int i = 0; i < context.InputCount; i++)
            if (i != 2 && context.HasInput(i) && context.Type(i) != ElementType.Float32) throw context.WrongType("boxes, scores and thresholds must be float32");
        if (context.Rank(0) != 3 || context.Rank(1) != 3) throw context.Fail("boxes and scores must have three axes");
        for (int i = 2; i < context.InputCount; i++)
            if (context.HasInput(i) && context.Shape(i) is { IsStatic: true, ElementCount: not 1 }) throw context.Fail("limit and thresholds must be one number each");
        Shape boxes = context.Shape(0);
        Shape scores = context.Shape(1);
        if (Differ(boxes[0], scores[0]) || Differ(boxes[1], scores[2]) || Differ(boxes[2], 4)) throw context.Fail("boxes and scores do not fit together");
    }

    private static bool Differ(Dimension a, Dimension b) => a.IsConstant && b.IsConstant && a.Value != b.Value;
}

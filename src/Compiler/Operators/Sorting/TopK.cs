using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Sorting;

/// <summary>
/// TopK: the k largest or smallest elements along an axis and where they stand. Equal ones come in the order of their indices. NaN is larger
/// than every number, as numpy sorts. What need not be sorted is sorted all the same.
/// </summary>
internal sealed class TopK : Operator
{
    /// <summary>The opset from which k is an input.</summary>
    private const int CountIsInputSince = 10;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "TopK",
        Notes = "NaN is larger than every number; always sorted",
        Versions = [1, CountIsInputSince, 11, 24],
        Inputs = [new("X", TypeSet.Numeric), new("K", TypeSet.Int64, Since: CountIsInputSince)],
        Outputs = [new("Values", TypeSet.Numeric), new("Indices", TypeSet.Int64)],
        Attributes =
        [
            new("axis", AttributeKind.Int), new("k", AttributeKind.Int, Until: CountIsInputSince - 1, Required: true),
            new("largest", AttributeKind.Int, Since: 11), new("sorted", AttributeKind.Int, Since: 11),
        ],
    };

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <summary>The axis.</summary>
    public static int Axis(InferenceContext context) => context.Axis(context.Attributes.Int("axis", -1), context.Rank(0));

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] y = context.Lengths(0);
        int axis = Axis(context);
        if (context.HasInput(1) && context.Shape(1) is { IsStatic: true, ElementCount: not 1 }) throw context.Fail("k must be one number");
        long k = context.Version < CountIsInputSince ? context.Attributes.Int("k", 0) : context.RequireIntegers(1, "K")[0];
        if (k < 0 || k > y[axis])
            throw context.Fail("k is " + k.ToString(CultureInfo.InvariantCulture) + ", but the axis has " + y[axis].ToString(CultureInfo.InvariantCulture) + " elements");
        y[axis] = (int)k;
        SetOutputs(context, y);
    }

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        int axis = Axis(context);
        int[] y = shapes[0];
        if (y.Length != x.Length || x.Where((d, a) => a == axis ? y[a] > d : y[a] != d).Any()) return false;
        SetOutputs(context, y);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        Shape x = context.Shape(0);
        int axis = Axis(context);
        if (context.Version < CountIsInputSince) return false;
        Dimension count = context.Elements(1)?.Items is [{ Value: >= 0 and var known }] ? new Dimension(known) : context.Open(0, axis, x[axis].Limit);
        var y = new Shape([.. x.Dimensions.Select((d, a) => a == axis ? count : d)]);
        context.SetOutput(0, context.Type(0), y);
        context.SetOutput(1, ElementType.Int64, y);
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        int axis = Axis(context.Parameters);
        int[] lengths = context.OutputType(context.HasOutput(0) ? 0 : 1).Shape!.ToArray();
        var values = new ReferenceTensor(x.ElementType, lengths);
        var indices = new ReferenceTensor(ElementType.Int64, lengths);
        bool isLargest = context.Attributes.Int("largest", 1) != 0;
        AxisView from = AxisView.Of(x.Lengths, axis);
        AxisView to = AxisView.Of(lengths, axis);
        for (int line = 0; line < from.Outer * from.Inner; line++)
        {
            int start = from.Start(line / from.Inner, line % from.Inner);
            var order = Comparer<int>.Create((a, b) => Compare(x, start + (a * from.Inner), start + (b * from.Inner)));
            IEnumerable<int> all = Enumerable.Range(0, from.Length);
            int[] sorted = [.. (isLargest ? all.OrderByDescending(i => i, order) : all.OrderBy(i => i, order)).Take(to.Length)];
            for (int i = 0; i < sorted.Length; i++)
            {
                int at = to.Start(line / from.Inner, line % from.Inner) + (i * to.Inner);
                values.CopyElement(at, x, start + (sorted[i] * from.Inner));
                indices.Integers![at] = sorted[i];
            }
        }

        context.SetOutput(0, values);
        context.SetOutput(1, indices);
    }

    private static int Compare(ReferenceTensor x, int a, int b)
    {
        if (!x.IsReal) return IntegerRange.Compare(x.ElementType, x.Integers![a], x.Integers[b]);
        bool isFirstNaN = double.IsNaN(x.Reals![a]);
        bool isSecondNaN = double.IsNaN(x.Reals[b]);
        return isFirstNaN || isSecondNaN ? isFirstNaN.CompareTo(isSecondNaN) : x.Reals[a].CompareTo(x.Reals[b]);
    }

    private static void SetOutputs(InferenceContext context, int[] lengths)
    {
        context.SetOutput(0, context.Type(0), lengths);
        context.SetOutput(1, ElementType.Int64, lengths);
    }
}

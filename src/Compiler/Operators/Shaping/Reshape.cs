using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Reshape: the same elements under a shape in which 0 keeps a length (unless <c>allowzero</c>) and −1 takes what is left.</summary>
internal sealed class Reshape : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Reshape",
        Versions = [1, 5, 13, 14, 19, 21, 23, 24, 25],
        Inputs = [new("data", TypeSet.Any), new("shape", TypeSet.Int64, Since: 5)],
        Outputs = [new("reshaped", TypeSet.Any)],
        Attributes =
        [
            new("shape", AttributeKind.Ints, Until: 4), new("consumed_inputs", AttributeKind.Ints, Until: 4),
            new("allowzero", AttributeKind.Int, Since: 14),
        ],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        long[] target = context.Version < 5 ? (context.Attributes.Ints("shape") ?? ImmutableArray<long>.Empty).ToArray() : context.RequireIntegers(1, "shape");
        bool allowZero = context.Attributes.Int("allowzero", 0) != 0;
        var lengths = new long[target.Length];
        int open = -1;
        for (int i = 0; i < lengths.Length; i++)
        {
            if (target[i] < -1) throw context.Fail(Text(target) + " is no shape");
            if (target[i] == -1 && open >= 0) throw context.Fail(Text(target) + " leaves more than one length open");
            if (target[i] == -1) open = i;
            if (target[i] == 0 && !allowZero && i >= x.Length) throw context.Fail(Text(target) + " copies a length that the input does not have");
            lengths[i] = target[i] == -1 ? 1 : target[i] == 0 && !allowZero ? x[i] : target[i];
        }

        if (open >= 0 && allowZero && target.Contains(0)) throw context.Fail("with allowzero, " + Text(target) + " may not hold both 0 and -1");
        long count = Positions.Product(x);
        long known = Product(lengths);
        if (open >= 0 && (known == 0 ? count != 0 : count % known != 0)) throw context.Fail("no length in place of -1 makes " + Text(target) + " hold " + Count(count) + " elements");
        if (open >= 0) lengths[open] = known == 0 ? 0 : count / known;
        else if (known != count) throw context.Fail(Text(target) + " does not hold " + Count(count) + " elements");
        context.SetComputedOutput(0, context.Type(0), lengths);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        if (Positions.Product(context.Lengths(0)) != Positions.Product(shapes[0])) return false;
        context.SetOutput(0, context.Type(0), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        if (context.Version < 5 || context.Constant(1) is not null || !context.Shape(1).IsStatic || context.Shape(1).ElementCount > SymbolicElements.MaxCount) return false;
        bool allowZero = context.Attributes.Int("allowzero", 0) != 0;
        SymbolicElement[] target = [.. context.Elements(1)?.Items ?? Enumerable.Repeat(default(SymbolicElement), (int)context.Shape(1).ElementCount)];
        Shape x = context.Shape(0);
        long? limit = x.ElementLimit;
        var dimensions = new Dimension[target.Length];
        for (int i = 0; i < target.Length; i++)
        {
            dimensions[i] = target[i] switch
            {
                { Value: 0 } when !allowZero => i < x.Rank ? x[i] : throw context.Fail("the shape copies a length that the input does not have"),
                { Value: >= 0 } known => new Dimension(known.Value!.Value),
                { Length: { } length } => Dimension.OfRunTime(length),
                // Where another length is 0, this one may be anything.
                _ => context.Open(0, i, target.Length == 1 ? limit : null),
            };
        }

        context.SetOutput(0, context.Type(0), new Shape([.. dimensions]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
        => context.SetOutput(0, context.Input(0).Reshape(context.OutputType(0).Shape!.ToArray()));

    private static long Product(long[] lengths)
    {
        if (lengths.Contains(0)) return 0;
        long product = 1;
        foreach (long length in lengths)
        {
            if (product > long.MaxValue / length) return long.MaxValue;
            product *= length;
        }

        return product;
    }

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Text(long[] values) => "[" + string.Join(", ", values.Select(Count)) + "]";
}

using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Split: the input cut along an axis, into parts of given lengths or into equal parts of which the last may be shorter.</summary>
internal sealed class Split : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Split",
        Versions = [1, 2, 11, 13, 18],
        Inputs = [new("input", TypeSet.Any), new("split", TypeSet.Any, Arity.Optional)],
        Outputs = [new("outputs", TypeSet.Any, Arity.Variadic)],
        Attributes =
        [
            new("axis", AttributeKind.Int), new("split", AttributeKind.Ints, Until: 12), new("num_outputs", AttributeKind.Int, Since: 18),
        ],
    };

    /// <summary>The axis that is cut.</summary>
    public static int Axis(InferenceContext context) => context.Axis(context.Attributes.Int("axis", 0), context.Rank(0));

    /// <summary>Opset 1 has the lengths as an input of the data's type, opsets from 13 on as an input of int64.</summary>
    private static void CheckInput(InferenceContext context)
    {
        if (!context.HasInput(1)) return;
        if (context.Version is > 1 and < 13) throw context.Invalid("input 'split' does not exist in this opset");
        if (context.Version >= 13 && context.Type(1) != ElementType.Int64) throw context.WrongType("input 'split' must be int64");
    }

    /// <summary>The length of each part.</summary>
    public static int[] Parts(InferenceContext context)
    {
        CheckInput(context);
        int length = context.Lengths(0)[Axis(context)];
        int outputs = context.Node.Outputs.Length;
        long[]? given = context.Version is 1 or >= 13 && context.HasInput(1) ? context.RequireIntegers(1, "split") : null;
        given ??= context.Version < 13 && context.Attributes.Ints("split") is { } attribute ? attribute.ToArray() : null;
        if (given is not null)
        {
            if (given.Length != outputs) throw context.Fail("it has " + Text(outputs) + " outputs and " + Text(given.Length) + " lengths to split into");
            long sum = 0;
            foreach (long part in given) sum = part < 0 || part > length ? -1 : sum < 0 ? -1 : sum + part;
            return sum == length ? [.. given.Select(p => (int)p)] : throw context.Fail("the lengths to split into do not add up to " + Text(length));
        }

        long stated = context.Attributes.Int("num_outputs", outputs);
        if (stated != outputs) throw context.Fail("num_outputs is " + stated.ToString(CultureInfo.InvariantCulture) + ", but there are " + Text(outputs) + " outputs");
        if (length % outputs != 0 && context.Version < 18) throw context.Fail("a length of " + Text(length) + " does not split into " + Text(outputs) + " equal parts");
        int equal = (int)(((long)length + outputs - 1) / outputs);
        long rest = length - ((long)equal * (outputs - 1));
        if (rest < 0) throw context.Fail("a length of " + Text(length) + " does not split into " + Text(outputs) + " parts");
        return [.. Enumerable.Range(0, outputs).Select(i => i + 1 < outputs ? equal : (int)rest)];
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int axis = Axis(context);
        int[] parts = Parts(context);
        for (int i = 0; i < parts.Length; i++)
        {
            int[] y = context.Lengths(0);
            y[axis] = parts[i];
            context.SetOutput(i, context.Type(0), y);
        }
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        if (context.Type(1) != ElementType.Int64) return false;
        int[] x = context.Lengths(0);
        int axis = Axis(context);
        bool fits = shapes.All(y => y.Length == x.Length && !y.Where((d, a) => a != axis && d != x[a]).Any());
        if (!fits || shapes.Sum(y => (long)y[axis]) != x[axis]) return false;
        for (int i = 0; i < shapes.Length; i++) context.SetOutput(i, context.Type(0), shapes[i]);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        Shape x = context.Shape(0);
        int axis = Axis(context);
        for (int i = 0; i < context.Node.Outputs.Length; i++)
        {
            int output = i;
            context.SetOutput(i, context.Type(0), new Shape([.. x.Dimensions.Select((d, a) => a == axis ? context.Open(output, a, d.Limit) : d)]));
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        int axis = Axis(context.Parameters);
        int[] parts = Parts(context.Parameters);
        int start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            if (context.HasOutput(i))
            {
                ReferenceTensor y = context.NewOutput(i);
                int next = 0;
                foreach (int[] position in Positions.All(y.Lengths))
                {
                    int[] from = [.. position];
                    from[axis] += start;
                    y.CopyElement(next++, x, Positions.Index(from, x.Lengths));
                }

                context.SetOutput(i, y);
            }

            start += parts[i];
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

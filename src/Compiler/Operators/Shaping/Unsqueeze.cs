using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Unsqueeze: adds axes of length 1, named by their places in the output.</summary>
internal sealed class Unsqueeze : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Unsqueeze",
        Versions = [1, 11, 13, 21, 23, 24, 25],
        Inputs = [new("data", TypeSet.Any), new("axes", TypeSet.Int64, Since: 13)],
        Outputs = [new("expanded", TypeSet.Any)],
        Attributes = [new("axes", AttributeKind.Ints, Until: 12, Required: true)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        long[] given = AxesParameter.Read(context, inputSince: 13) ?? [];
        int[] axes = context.Axes(given, x.Length + given.Length);
        int next = 0;
        context.SetOutput(0, context.Type(0), Enumerable.Range(0, x.Length + axes.Length).Select(a => axes.Contains(a) ? 1 : x[next++]).ToArray());
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        // Only axes of length 1 can be new, as many as there are numbers.
        bool fits = shapes[0].Length == x.Length + context.Shape(1).ElementCount && x.Where(d => d != 1).SequenceEqual(shapes[0].Where(d => d != 1));
        if (fits) context.SetOutput(0, context.Type(0), shapes[0]);
        return fits;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        if (!context.HasInput(1) || context.Constant(1) is not null || !context.Shape(1).IsStatic) return false;
        long rank = context.Rank(0) + context.Shape(1).ElementCount;
        if (rank > SymbolicElements.MaxCount) throw context.TooLarge("the output would have " + rank.ToString(CultureInfo.InvariantCulture) + " axes");
        long? longest = context.Shape(0).Dimensions.All(d => d.Limit is not null) ? context.Shape(0).Dimensions.Select(d => d.Limit).Append(1).Max() : null;
        context.SetOutput(0, context.Type(0), new Shape([.. Enumerable.Range(0, (int)rank).Select(a => context.Open(0, a, longest))]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
        => context.SetOutput(0, context.Input(0).Reshape(context.OutputType(0).Shape!.ToArray()));
}

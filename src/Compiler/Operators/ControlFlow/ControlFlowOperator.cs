using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>An operator whose attributes hold graphs: If, Loop and Scan.</summary>
internal abstract class ControlFlowOperator : Operator
{
    /// <summary>The opsets in which the types that If and Loop pass on changed.</summary>
    protected static readonly ImmutableArray<int> TypeVersions = [1, 11, 13, 16, 19, 21, 23, 24, 25];

    /// <summary>The graph of an attribute, which the schema requires.</summary>
    public static Graph Body(Node node, string attribute) => ((GraphAttribute)node.Attributes.All[attribute]).Value;

    /// <summary>The service of the pass that infers.</summary>
    protected static ISubgraphInference Subgraphs(InferenceContext context)
        => context.Subgraphs ?? throw context.Dynamic("its graphs read values that are not known here");

    /// <summary>The tensor type of a subgraph's output.</summary>
    protected static TensorType OutputType(InferenceContext context, Graph body, int index) => body.TensorTypeOf(body.Outputs[index].Name) ?? body.Outputs[index].Type as TensorType
        ?? throw context.Sequence("output '" + body.Outputs[index].Name + "' of its " + (body.Name.Length > 0 ? "graph '" + body.Name + "'" : "graph") + " is " + (body.Outputs[index].Type?.ToString() ?? "of unknown type"));

    /// <summary>The tensor type of a given input.</summary>
    protected static TensorType InputType(InferenceContext context, int index)
        => context.HasInput(index) ? new TensorType(context.Type(index), context.Shape(index)) : throw context.Invalid("input " + Text(index) + " is missing");

    /// <summary>A condition or a trip count must be one element.</summary>
    protected static void RequireSingle(InferenceContext context, int index, string what)
    {
        if (context.HasInput(index) && context.Shape(index) is { IsStatic: true, ElementCount: not 1 }) throw context.Fail(what + " must be one element");
    }

    /// <summary>A dimension of an output that two graphs, or two runs of one, give: open where they differ.</summary>
    protected static Dimension Join(Dimension a, Dimension b, string name, string origin)
        => a == b ? a : Dimension.OfRunTime(new OpenLength(name, a.Limit is { } x && b.Limit is { } y ? System.Math.Max(x, y) : null, origin));

    /// <summary>Shapes as lengths; a subgraph's output whose shape is open has none.</summary>
    protected static int[] Lengths(InferenceContext context, TensorType type, string what)
    {
        if (type.Shape is not { IsStatic: true } shape) throw context.Dynamic("the shape of " + what + " is not known at build time");
        return shape.Dimensions.All(d => d.Value <= int.MaxValue) ? shape.ToArray() : throw context.TooLarge("the shape " + shape + " of " + what + " is beyond what an array can hold");
    }

    /// <summary>A number as text.</summary>
    protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

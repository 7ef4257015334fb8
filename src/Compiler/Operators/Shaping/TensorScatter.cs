using System.Globalization;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>TensorScatter: a copy of a cache in which, sample by sample, an update stands from an index on; circular ones go on at the start.</summary>
internal sealed class TensorScatter : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "TensorScatter",
        Versions = [24],
        Inputs = [new("past_cache", TypeSet.Any), new("update", TypeSet.Any), new("write_indices", TypeSet.Int64, Arity.Optional)],
        Outputs = [new("present_cache", TypeSet.Any)],
        Attributes = [new("axis", AttributeKind.Int), new("mode", AttributeKind.String)],
    };

    /// <summary>The axis along which the update is placed.</summary>
    public static int Axis(Node node, int rank)
    {
        int axis = (int)node.Attributes.Int("axis", -2);
        return axis < 0 ? axis + rank : axis;
    }

    /// <summary>Whether the cache begins again behind its end.</summary>
    public static bool IsCircular(Node node) => node.Attributes.String("mode", "linear") == "circular";

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 1);
        int[] cache = context.Lengths(0);
        int[] update = context.Lengths(1);
        int axis = context.Axis(context.Attributes.Int("axis", -2), cache.Length);
        if (axis == 0) throw context.Unsupported("axis", "it cannot be the axis of samples");
        bool fits = update.Length == cache.Length;
        for (int i = 0; fits && i < cache.Length; i++) fits = i == axis ? update[i] <= cache[i] : update[i] == cache[i];
        if (!fits) throw context.Fail("the update does not fit into the cache");
        if (context.HasInput(2) && (context.Rank(2) != 1 || context.Lengths(2)[0] != cache[0])) throw context.Fail("write_indices must have one element a sample");
        string mode = context.Attributes.String("mode", "linear");
        if (mode is not ("linear" or "circular")) throw context.Unsupported("mode", "'" + mode + "' is not linear or circular");
        context.SetOutput(0, context.Type(0), cache);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor cache = context.Input(0);
        ReferenceTensor update = context.Input(1);
        ReferenceTensor present = context.NewOutput(0);
        int axis = Axis(context.Node, cache.Rank);
        AxisView view = AxisView.Of(cache.Lengths, axis);
        int length = update.Lengths[axis];
        for (int i = 0; i < present.Count; i++) present.CopyElement(i, cache, i);
        for (int i = 0; i < update.Count; i++)
        {
            int row = i / view.Inner / length;
            long index = context.OptionalInput(2)?.Integers![row / (view.Outer / cache.Lengths[0])] ?? 0;
            if (!IsCircular(context.Node) && (index < 0 || index > view.Length - length))
                throw context.Parameters.Invalid("write index " + index.ToString(CultureInfo.InvariantCulture) + " puts the update outside the cache");
            long place = ((((index % view.Length) + view.Length) % view.Length) + (i / view.Inner % length)) % view.Length;
            present.CopyElement((int)((((row * (long)view.Length) + place) * view.Inner) + (i % view.Inner)), update, i);
        }

        context.SetOutput(0, present);
    }
}

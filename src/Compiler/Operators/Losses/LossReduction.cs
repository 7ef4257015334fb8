namespace RedGen.Compiler.Operators.Losses;

/// <summary>The attributes that all losses have: which classes count, and how the losses of all elements become one.</summary>
/// <param name="Kind">none, sum or mean.</param>
/// <param name="IgnoreIndex">The class that does not count; null for none.</param>
internal readonly record struct LossReduction(string Kind, long? IgnoreIndex)
{
    /// <summary>Whether every element keeps its loss.</summary>
    public bool IsNone => Kind == "none";

    /// <summary>Reads a node; the attributes have been checked.</summary>
    public static LossReduction Of(Graphs.Node node)
        => new(node.Attributes.String("reduction", "mean"), node.Attributes.Has("ignore_index") ? node.Attributes.Int("ignore_index", 0) : null);

    /// <summary>Sets the loss from scores [N, C, …], targets [N, …] and weights [C].</summary>
    public static void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 0);
        if (context.HasInput(2) && context.Type(2) != context.Type(0)) throw context.WrongType("scores and weights must have one element type");
        int[] x = context.Lengths(0);
        int[] target = context.Lengths(1);
        if (x.Length < 2) throw context.Fail("the scores must have batch and classes");
        bool fits = target.Length == x.Length - 1 && target[0] == x[0];
        for (int i = 1; i < target.Length && fits; i++) fits = target[i] == x[i + 1];
        if (!fits) throw context.Fail("the targets must have the shape of the scores without axis 1");
        if (context.HasInput(2) && (context.Rank(2) != 1 || context.Lengths(2)[0] != x[1])) throw context.Fail("the weights must have one element for each of the " + x[1] + " classes");
        string kind = Of(context.Node).Kind;
        if (kind is not ("none" or "sum" or "mean")) throw context.Unsupported("reduction", "'" + kind + "' is not none, sum or mean");
        context.SetOutput(0, context.Type(0), kind == "none" ? target : []);
    }
}

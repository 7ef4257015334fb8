using System;
using System.Globalization;
using System.Linq;

namespace RedGen.Compiler.Operators.Attentions;

/// <summary>The sizes of a LinearAttention node, and how its state changes from step to step.</summary>
/// <param name="Batch">Samples.</param>
/// <param name="Steps">Positions.</param>
/// <param name="Heads">Heads of the query.</param>
/// <param name="Groups">Heads of key and value, each with a state.</param>
/// <param name="Depth">Elements of a query or key.</param>
/// <param name="Width">Elements of a value.</param>
/// <param name="IsGated">Whether the state decays.</param>
/// <param name="IsDelta">Whether a value is written as its difference from what the state holds for the key.</param>
/// <param name="Scale">The factor of the output.</param>
internal sealed record LinearAttentionShape(int Batch, int Steps, int Heads, int Groups, int Depth, int Width, bool IsGated, bool IsDelta, double Scale)
{
    /// <summary>Heads of the query to a state.</summary>
    public int PerGroup => Heads / Groups;

    /// <summary>Reads a node.</summary>
    public static LinearAttentionShape Read(InferenceContext context)
    {
        string rule = context.Attributes.String("update_rule", "gated_delta");
        if (rule is not ("linear" or "gated" or "delta" or "gated_delta")) throw context.Unsupported("update_rule", "'" + rule + "' is not linear, gated, delta or gated_delta");
        bool isGated = rule is "gated" or "gated_delta";
        bool isDelta = rule is "delta" or "gated_delta";
        if (context.HasInput(4) != isGated) throw context.Invalid("input 'decay' " + (isGated ? "is missing" : "is not allowed") + " with update_rule " + rule);
        if (context.HasInput(5) != isDelta) throw context.Invalid("input 'beta' " + (isDelta ? "is missing" : "is not allowed") + " with update_rule " + rule);
        long heads = context.Attributes.Int("q_num_heads", 0);
        long groups = context.Attributes.Int("kv_num_heads", 0);
        if (groups < 1) throw context.Unsupported("kv_num_heads", "it must be positive");
        if (heads < 1 || heads % groups != 0) throw context.Unsupported("q_num_heads", "it must be a positive multiple of kv_num_heads");
        for (int i = 0; i < 3; i++)
            if (context.Rank(i) != 3) throw context.Fail("query, key and value must have rank 3");
        int[] q = context.Lengths(0);
        int[] k = context.Lengths(1);
        int[] v = context.Lengths(2);
        if (q[2] % heads != 0 || k[2] % groups != 0 || v[2] % groups != 0) throw context.Fail("the heads do not divide the lengths");
        int depth = (int)(q[2] / heads);
        if (k[2] / groups != depth) throw context.Fail("the heads of query and key have different lengths");
        if (!k.Take(2).SequenceEqual(q.Take(2)) || !v.Take(2).SequenceEqual(q.Take(2))) throw context.Fail("query, key and value have different batches or positions");
        float scale = context.Attributes.Float("scale", 0);
        var shape = new LinearAttentionShape(q[0], q[1], (int)heads, (int)groups, depth, (int)(v[2] / groups), isGated, isDelta, scale == 0 ? 1 / Math.Sqrt(depth) : scale);
        shape.CheckOptional(context);
        return shape;
    }

    private void CheckOptional(InferenceContext context)
    {
        if (context.HasInput(3) && !context.Lengths(3).SequenceEqual([Batch, Groups, Depth, Width]))
            throw context.Fail("past_state must be " + string.Join("×", new[] { Batch, Groups, Depth, Width }.Select(d => d.ToString(CultureInfo.InvariantCulture))));
        if (IsGated && !Fits(context.Lengths(4), Groups) && !Fits(context.Lengths(4), (long)Groups * Depth)) throw context.Fail("decay must have one element a head, or one for each element of a key");
        if (IsDelta && !Fits(context.Lengths(5), Groups) && !Fits(context.Lengths(5), 1)) throw context.Fail("beta must have one element a head, or one");
    }

    private bool Fits(int[] lengths, long last) => lengths.Length == 3 && lengths[0] == Batch && lengths[1] == Steps && lengths[2] == last;
}

using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Attentions;

/// <summary>The sizes of an Attention node. Tensors of rank 3 hold the heads of a position side by side.</summary>
/// <param name="Batch">Samples.</param>
/// <param name="Heads">Heads of the query.</param>
/// <param name="Groups">Heads of key and value; each serves as many heads of the query.</param>
/// <param name="Rows">Positions of the query.</param>
/// <param name="Added">Positions of key and value as given.</param>
/// <param name="Past">Positions of the past.</param>
/// <param name="Depth">Elements of a head of query and key.</param>
/// <param name="Width">Elements of a head of the value.</param>
/// <param name="IsPacked">Whether the tensors have rank 3.</param>
internal sealed record AttentionShape(int Batch, int Heads, int Groups, int Rows, int Added, int Past, int Depth, int Width, bool IsPacked)
{
    /// <summary>Positions of key and value, past and added.</summary>
    public int Total => Past + Added;

    /// <summary>Heads of the query to a head of the key.</summary>
    public int PerGroup => Groups == 0 ? 1 : Heads / Groups;

    /// <summary>The lengths of output 0.</summary>
    public int[] Output => IsPacked ? [Batch, Rows, Heads * Width] : [Batch, Heads, Rows, Width];

    /// <summary>The first element of a head's row in a tensor of rank 3 or 4.</summary>
    public int At(int batch, int head, int row, int heads, int rows, int length)
        => (IsPacked ? (((batch * rows) + row) * heads) + head : (((batch * heads) + head) * rows) + row) * length;

    /// <summary>Reads a node.</summary>
    public static AttentionShape Read(InferenceContext context)
    {
        int[] q = context.Lengths(0);
        int[] k = context.Lengths(1);
        int[] v = context.Lengths(2);
        if (q.Length is not (3 or 4) || k.Length != q.Length || v.Length != q.Length) throw context.Fail("Q, K and V must all have rank 4, or all have rank 3");
        if (q.Length == 3)
        {
            q = Unpack(context, q, "q_num_heads");
            k = Unpack(context, k, "kv_num_heads");
            v = Unpack(context, v, "kv_num_heads");
        }

        if (q[0] != k[0] || q[0] != v[0]) throw context.Fail("Q, K and V have different batches");
        if (k[1] != v[1] || k[2] != v[2]) throw context.Fail("K and V have different heads or positions");
        if (q[3] != k[3]) throw context.Fail("the heads of Q and K have different lengths");
        if (k[1] == 0 ? q[1] != 0 : q[1] % k[1] != 0) throw context.Fail("the " + q[1] + " heads of Q are no multiple of the " + k[1] + " heads of K");
        int past = PastLength(context, k, v);
        if ((long)past + k[2] > int.MaxValue) throw context.TooLarge("past and present have too many positions");
        return new(q[0], q[1], k[1], q[2], k[2], past, q[3], v[3], context.Rank(0) == 3);
    }

    /// <summary>[batch, positions, heads · length] as [batch, heads, positions, length].</summary>
    private static int[] Unpack(InferenceContext context, int[] lengths, string attribute)
    {
        long heads = context.Attributes.Int(attribute, 0);
        if (heads < 1 || heads > int.MaxValue) throw context.Unsupported(attribute, "tensors of rank 3 need a positive number of heads");
        if (lengths[2] % heads != 0) throw context.Unsupported(attribute, heads.ToString(System.Globalization.CultureInfo.InvariantCulture) + " heads do not divide the length " + lengths[2]);
        return [lengths[0], (int)heads, lengths[1], (int)(lengths[2] / heads)];
    }

    private static int PastLength(InferenceContext context, int[] k, int[] v)
    {
        if (context.HasInput(4) != context.HasInput(5)) throw context.Invalid("past_key and past_value go together");
        if (!context.HasInput(4)) return 0;
        int[] key = context.Lengths(4);
        int[] value = context.Lengths(5);
        bool fits = key.Length == 4 && value.Length == 4 && key[2] == value[2]
            && key.SequenceEqual([k[0], k[1], key[2], k[3]]) && value.SequenceEqual([v[0], v[1], key[2], v[3]]);
        return fits ? key[2] : throw context.Fail("past_key and past_value must be [batch, heads, positions, length] like K and V");
    }
}

/// <summary>What an Attention node does with its scores.</summary>
/// <param name="Scale">The factor of query times key.</param>
/// <param name="Cap">The bound of the scores before masking; 0 for none.</param>
/// <param name="IsCausal">Whether a position sees no later ones.</param>
/// <param name="Mode">What the fourth output shows: 0 the scores, 1 after the cap, 2 after masking, 3 the probabilities.</param>
internal sealed record AttentionScores(double Scale, double Cap, bool IsCausal, int Mode)
{
    /// <summary>Reads a node.</summary>
    public static AttentionScores Read(Node node, AttentionShape shape) => new(
        node.Attributes.Has("scale") ? node.Attributes.Float("scale", 1) : 1 / Math.Sqrt(shape.Depth),
        node.Attributes.Float("softcap", 0),
        node.Attributes.Int("is_causal", 0) == 1,
        (int)node.Attributes.Int("qk_matmul_output_mode", 0));
}

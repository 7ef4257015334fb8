using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Text;

/// <summary>
/// TfIdfVectorizer of integers: how often each n-gram of a pool stands in a row, its elements next to each other or up to
/// max_skip_count apart, weighted. Of the text form, whose pool are strings, RedGen knows nothing.
/// </summary>
internal sealed class TfIdfVectorizer : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "TfIdfVectorizer",
        Versions = [9],
        Inputs = [new("X", TypeSet.Index)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("max_gram_length", AttributeKind.Int, Required: true), new("max_skip_count", AttributeKind.Int, Required: true),
            new("min_gram_length", AttributeKind.Int, Required: true), new("mode", AttributeKind.String, Required: true),
            new("ngram_counts", AttributeKind.Ints, Required: true), new("ngram_indexes", AttributeKind.Ints, Required: true),
            new("pool_int64s", AttributeKind.Ints), new("pool_strings", AttributeKind.Strings), new("weights", AttributeKind.Floats),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (!context.Attributes.Has("pool_int64s")) throw context.Unsupported("pool_int64s", "only pools of integers are supported");
        int[] x = context.Lengths(0);
        if (x.Length is not (1 or 2)) throw context.Fail("X must have rank 1 or 2");
        if (context.Attributes.String("mode", "") is not ("TF" or "IDF" or "TFIDF")) throw context.Unsupported("mode", "it must be TF, IDF or TFIDF");
        long least = context.Attributes.Int("min_gram_length", 0);
        if (least < 1 || context.Attributes.Int("max_gram_length", 0) < least) throw context.Unsupported("max_gram_length", "the lengths must be 1 or more, the largest not below the smallest");
        if (context.Attributes.Int("max_skip_count", 0) < 0) throw context.Unsupported("max_skip_count", "it must not be negative");
        CheckPool(context);
        long columns = context.Attributes.Ints("ngram_indexes")!.Value.Max() + 1;
        if (context.Attributes.Floats("weights") is { } weights && weights.Length < columns) throw context.Unsupported("weights", "there must be one for each column of the output");
        context.SetComputedOutput(0, ElementType.Float32, x.Length == 1 ? [columns] : [x[0], columns]);
    }

    private static void CheckPool(InferenceContext context)
    {
        ImmutableArray<long> pool = context.Attributes.Ints("pool_int64s")!.Value;
        ImmutableArray<long> starts = context.Attributes.Ints("ngram_counts")!.Value;
        ImmutableArray<long> columns = context.Attributes.Ints("ngram_indexes")!.Value;
        if (columns.IsEmpty || columns.Any(c => c is < 0 or >= int.MaxValue)) throw context.Unsupported("ngram_indexes", "there must be some, and none negative");
        long grams = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            long end = i + 1 < starts.Length ? starts[i + 1] : pool.Length;
            if (starts[i] < 0 || end < starts[i] || end > pool.Length || (end - starts[i]) % (i + 1) != 0)
                throw context.Unsupported("ngram_counts", "part " + (i + 1) + " of the pool does not hold whole n-grams");
            grams += (end - starts[i]) / (i + 1);
        }

        if (grams > columns.Length) throw context.Unsupported("ngram_indexes", "there are fewer than n-grams in the pool");
    }

    /// <summary>The n-grams of the lengths asked for, with their columns; of equal ones the last counts.</summary>
    public static IReadOnlyList<(long[] Elements, int Column)> Grams(NodeAttributes attributes)
    {
        ImmutableArray<long> pool = attributes.Ints("pool_int64s")!.Value;
        ImmutableArray<long> starts = attributes.Ints("ngram_counts")!.Value;
        ImmutableArray<long> columns = attributes.Ints("ngram_indexes")!.Value;
        var grams = new List<(long[] Elements, int Column)>();
        int gram = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int length = i + 1;
            long end = length < starts.Length ? starts[length] : pool.Length;
            for (long at = starts[i]; at < end; at += length, gram++)
            {
                long[] elements = [.. ImmutableArray.Create(pool, (int)at, length)];
                if (length >= attributes.Int("min_gram_length", 1) && length <= attributes.Int("max_gram_length", 1)) grams.Add((elements, (int)columns[gram]));
            }
        }

        return [.. grams.GroupBy(g => string.Join(" ", g.Elements)).Select(g => g.Last())];
    }

    /// <summary>How far the elements of an n-gram may stand apart in a row: 1 for neighbours. Single elements are counted once.</summary>
    public static int Distances(NodeAttributes attributes, int gramLength, int rowLength)
    {
        if (gramLength == 1) return 1;
        long most = attributes.Int("max_skip_count", 0);
        return (int)System.Math.Min(most >= int.MaxValue ? int.MaxValue : most + 1, rowLength);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int length = x.Lengths[x.Rank - 1];
        int columns = y.Lengths[y.Rank - 1];
        int rows = x.Rank == 1 ? 1 : x.Lengths[0];
        foreach ((long[] gram, int column) in Grams(context.Attributes))
        {
            for (int row = 0; row < rows; row++)
            {
                for (int distance = 1; distance <= Distances(context.Attributes, gram.Length, length); distance++)
                {
                    for (int start = 0; start + ((gram.Length - 1L) * distance) < length; start++)
                    {
                        bool isFound = true;
                        for (int k = 0; k < gram.Length; k++) isFound &= x.Integers![(row * length) + start + (k * distance)] == gram[k];
                        if (isFound) y.Reals![(row * columns) + column]++;
                    }
                }
            }
        }

        string mode = context.Attributes.String("mode", "TF");
        ImmutableArray<float>? weights = context.Attributes.Floats("weights");
        for (int i = 0; i < y.Count && mode != "TF"; i++)
        {
            double count = mode == "IDF" ? System.Math.Min(y.Reals![i], 1) : y.Reals![i];
            y.Reals![i] = count * (weights?[i % columns] ?? 1);
        }

        context.SetOutput(0, y);
    }
}

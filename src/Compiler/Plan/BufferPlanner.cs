using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan;

/// <summary>Where everything lives.</summary>
/// <param name="Steps">The steps, with copies added where an output cannot be written by its producer.</param>
/// <param name="Buffers">The buffer of each value.</param>
/// <param name="Outputs">The value that holds each output of the graph.</param>
/// <param name="Workspaces">The workspace of each step.</param>
/// <param name="ArenaBytes">The arena's size.</param>
/// <param name="LowerBound">The largest sum of buffers alive at one step.</param>
internal sealed record BufferPlan(ImmutableArray<Step> Steps, ImmutableDictionary<string, Buffer> Buffers, ImmutableArray<string> Outputs, ImmutableArray<Buffer?> Workspaces, long ArenaBytes, long LowerBound);

/// <summary>
/// Gives every value a buffer: views share their source's, slices and what is joined are parts of another's, elementwise steps overwrite an input that nobody reads later, outputs
/// are written in place, and what remains shares one arena by lifetimes.
/// </summary>
internal static class BufferPlanner
{
    /// <summary>Places all values of a graph whose steps are planned.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="alignment">Bytes of which buffers of the arena begin at multiples.</param>
    public static BufferPlan Place(Graph graph, ImmutableArray<Step> steps, int alignment)
    {
        ValueSets sets = SparedCopies.Join(graph, ref steps, alignment);
        List<ArenaRequest> requests = sets.Requests(steps, out Dictionary<string, int> index);
        ArenaLayout layout = Arena.Place(requests, alignment);

        var names = new BufferNames(graph);
        Dictionary<string, string> producers = ProducerNames(steps, sets);
        ImmutableDictionary<string, Buffer>.Builder buffers = ImmutableDictionary.CreateBuilder<string, Buffer>(StringComparer.Ordinal);
        foreach (string value in sets.Values(steps))
        {
            long place = index.TryGetValue(sets.RootOf(value), out int request) ? layout.Offsets[request] : 0;
            buffers[value] = BufferOf(value, place, sets, producers, names);
        }

        ImmutableArray<Buffer?> workspaces = [.. steps.Select((s, i) => s.WorkspaceLength == 0 ? null
            : new Buffer("workspace", s.WorkspaceType, s.WorkspaceLength, Storage.Arena, Offset(layout.Offsets[index.Count + i])))];
        return new BufferPlan(steps, buffers.ToImmutable(), sets.Outputs, workspaces, layout.Bytes, layout.LowerBound);
    }

    /// <param name="value">The value.</param>
    /// <param name="place">Where the buffer of its set begins in the arena.</param>
    /// <param name="sets">All sets.</param>
    /// <param name="producers">The names of what steps write.</param>
    /// <param name="names">Gives C# names.</param>
    private static Buffer BufferOf(string value, long place, ValueSets sets, Dictionary<string, string> producers, BufferNames names)
    {
        string root = sets.RootOf(value);
        TensorType type = sets.TypeOf(value);
        Storage storage = sets.StorageOf(root);
        if (sets.IsPart(value))
        {
            string key = Key(value, sets);
            string part = names.For(key, producers.TryGetValue(key, out string? writer) ? writer : value);
            int start = sets.StartOf(value), count = (int)type.Shape!.ElementCount;
            return storage == Storage.Arena ? new Buffer(part, type.ElementType, count, storage, Offset(place + ((long)start * type.ElementType.Bytes())))
                : new Buffer(part, type.ElementType, count, storage, 0) { Whole = names.For(root, sets.Representative(root)), Start = start };
        }

        bool isInner = storage == Storage.Arena || (storage == Storage.Dynamic && !sets.IsOutput(root));
        string name = isInner && producers.TryGetValue(Key(value, sets), out string? producer) ? producer : sets.Representative(root);
        int length = storage == Storage.Dynamic ? 0 : (int)type.Shape!.ElementCount;
        return new Buffer(names.For(root, name), type.ElementType, length, storage, Offset(place));
    }

    /// <summary>Offsets beyond 2^31 only occur where the arena is too large for one array, which the caller reports.</summary>
    private static int Offset(long bytes) => (int)Math.Min(int.MaxValue, bytes);

    /// <summary>What values in one place have in common: the set, and for parts of its buffer where they lie.</summary>
    private static string Key(string value, ValueSets sets) => sets.IsPart(value)
        ? sets.RootOf(value) + " from " + sets.StartOf(value).ToString(CultureInfo.InvariantCulture) + ", " + sets.TypeOf(value).Shape!.ElementCount.ToString(CultureInfo.InvariantCulture)
        : sets.RootOf(value);

    /// <summary>A buffer of the arena bears the name of the first step that writes it.</summary>
    private static Dictionary<string, string> ProducerNames(ImmutableArray<Step> steps, ValueSets sets)
    {
        var producers = new Dictionary<string, string>(StringComparer.Ordinal);
        ImmutableArray<string> names = StepNames.For(steps);
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i].IsView) continue;
            for (int k = 0; k < steps[i].Outputs.Length; k++)
            {
                if (steps[i].Outputs[k].Length == 0) continue;
                string name = k == 0 ? names[i] : names[i] + "Output" + k.ToString(CultureInfo.InvariantCulture);
                string key = Key(steps[i].Outputs[k], sets);
                if (!producers.ContainsKey(key)) producers.Add(key, name);
            }
        }

        return producers;
    }
}

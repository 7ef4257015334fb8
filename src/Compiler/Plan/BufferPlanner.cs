using System;
using System.Collections.Generic;
using System.Collections.Immutable;
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
/// Gives every value a buffer: views share their source's, elementwise steps overwrite an input that nobody reads later, outputs
/// are written in place, and what remains shares one arena by lifetimes.
/// </summary>
internal static class BufferPlanner
{
    /// <summary>Places all values of a graph whose steps are planned.</summary>
    public static BufferPlan Place(Graph graph, ImmutableArray<Step> steps, int alignment)
    {
        var sets = new ValueSets(graph, steps);
        sets.JoinViews();
        steps = sets.AddOutputCopies();
        sets.JoinInPlace(steps);

        var requests = new List<ArenaRequest>();
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string root in sets.ArenaRoots(steps))
        {
            TensorType type = sets.TypeOf(root);
            index[root] = requests.Count;
            requests.Add(new ArenaRequest(type.Shape!.ElementCount * type.ElementType.Bytes(), sets.FirstUse(root), sets.LastUse(root)));
        }

        int workspaceStart = requests.Count;
        for (int i = 0; i < steps.Length; i++)
            requests.Add(new ArenaRequest((long)steps[i].WorkspaceLength * steps[i].WorkspaceType.Bytes(), i, i));
        ArenaLayout layout = Arena.Place(requests, alignment);

        var names = new BufferNames(graph);
        Dictionary<string, string> producers = ProducerNames(steps, sets);
        ImmutableDictionary<string, Buffer>.Builder buffers = ImmutableDictionary.CreateBuilder<string, Buffer>(StringComparer.Ordinal);
        foreach (string value in sets.Values(steps))
        {
            string root = sets.RootOf(value);
            TensorType type = sets.TypeOf(value);
            Storage storage = sets.StorageOf(root);
            // Offsets beyond 2^31 only occur where the arena is too large for one array, which the caller reports.
            int offset = storage == Storage.Arena ? (int)Math.Min(int.MaxValue, layout.Offsets[index[root]]) : 0;
            bool isInner = storage == Storage.Arena || (storage == Storage.Dynamic && !sets.IsOutput(root) && producers.ContainsKey(root));
            string name = isInner ? producers[root] : sets.Representative(root);
            int length = storage == Storage.Dynamic ? 0 : (int)type.Shape!.ElementCount;
            buffers[value] = new Buffer(names.For(root, name), type.ElementType, length, storage, offset);
        }

        ImmutableArray<Buffer?> workspaces = [.. steps.Select((s, i) => s.WorkspaceLength == 0 ? null
            : new Buffer("workspace", s.WorkspaceType, s.WorkspaceLength, Storage.Arena, (int)Math.Min(int.MaxValue, layout.Offsets[workspaceStart + i])))];
        return new BufferPlan(steps, buffers.ToImmutable(), sets.Outputs, workspaces, layout.Bytes, layout.LowerBound);
    }

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
                string name = k == 0 ? names[i] : names[i] + "Output" + k.ToString(System.Globalization.CultureInfo.InvariantCulture);
                string root = sets.RootOf(steps[i].Outputs[k]);
                if (!producers.ContainsKey(root)) producers.Add(root, name);
            }
        }

        return producers;
    }
}

using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The weights that one object of the runtime's transforms and keeps for all layers of a kind (<see cref="WeightTransform.Keeper"/>).</summary>
internal sealed class KeptWeights
{
    /// <summary>Floats in an array, at most.</summary>
    private const long MostFloats = 0x7FFF_0000;

    private readonly Dictionary<Weight, int> _layers = new(WeightContentComparer.Instance);
    private readonly List<long> _lengths = [];

    /// <summary>The runtime's class, which also is the name of the object; null where there is none.</summary>
    public string? Class { get; private set; }

    /// <summary>The C# expression that makes the object, in lines.</summary>
    public IEnumerable<string> Expression
    {
        get
        {
            var line = new StringBuilder($"new {Class}(new int[] {{ ");
            for (int i = 0; i < _lengths.Count; i++)
            {
                line.Append(_lengths[i].ToString(CultureInfo.InvariantCulture)).Append(i + 1 < _lengths.Count ? "," : " })");
                if (i + 1 == _lengths.Count || line.Length >= 90)
                {
                    yield return line.ToString();
                    line.Clear();
                }
                else
                {
                    line.Append(' ');
                }
            }
        }
    }

    /// <summary>Whether a plan's code keeps weights so: not where layers of branches may run later, and keep memory that nothing has reserved.</summary>
    public static bool Serves(ExecutionPlan plan) => plan.Root.Steps.All(static s => s.Bodies.IsEmpty) && plan.Root.Steps.Any(static s => s.Weights.Any(static w => w.Transform?.Keeper is not null));

    /// <summary>The number of a weight's layer; equal weights have the same one. Null where the object keeps no more.</summary>
    public int? Add(Weight weight)
    {
        if (_layers.TryGetValue(weight, out int known)) return known;
        WeightTransform transform = weight.Transform!;
        if ((Class ?? transform.Keeper) != transform.Keeper || _lengths.Sum() + transform.Length > MostFloats) return null;
        Class = transform.Keeper;
        _lengths.Add(transform.Length);
        return _layers[weight] = _lengths.Count - 1;
    }
}

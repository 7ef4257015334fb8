namespace RedGen.Compiler.Verify.Bounds;

/// <summary>What inputs are split by.</summary>
internal static class InputForms
{
    /// <summary>Inputs up to which the search splits them and therefore wants to know what each neuron takes from each input.</summary>
    public const int MostInputs = 64;
}

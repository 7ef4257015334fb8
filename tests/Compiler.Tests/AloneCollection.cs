using Xunit;

namespace RedGen.Compiler.Tests;

/// <summary>Tests that take both cores or gigabytes: they run after the others, one by one, so that no time limit of theirs or of another test is met by chance.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
